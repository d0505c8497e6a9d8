"""`make lint` checks the contract by buf's STANDARD rules, offline."""

from __future__ import annotations

import shutil
from pathlib import Path

from tools.buf_lint import lint


def test_the_contract_is_clean(root: Path) -> None:
    done = lint(root / "protos")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_breach_is_found_and_google_is_not_judged(root: Path, tmp_path: Path) -> None:
    shutil.copytree(root / "protos", tmp_path / "protos")
    service = tmp_path / "protos/pushgen/v1/service.proto"
    text = service.read_text()
    service.write_text(text.replace("int32 sequence = 1;", "int32 sequenceNumber = 1;"))
    done = lint(tmp_path / "protos")
    assert done.returncode != 0
    assert "sequenceNumber" in done.stdout
    assert "google/rpc" not in done.stdout
