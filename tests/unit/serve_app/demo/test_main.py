"""The demo command, where it needs no application."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner

from serve_app.demo.__main__ import app


def test_an_unknown_item_is_refused_with_the_names_there_are(root: Path) -> None:
    done = CliRunner().invoke(app, ["--config", str(root / "configs/fake.yaml"), "--item", "dog"])
    assert done.exit_code == 2
    words = " ".join(done.output.split())
    assert "no item is called dog; there are coffee, cat," in words


def test_a_config_of_fakes_has_no_weights_to_prepare(root: Path) -> None:
    done = CliRunner().invoke(app, ["--config", str(root / "configs/fake.yaml"), "--weights"])
    assert (done.exit_code, done.output.split()[0]) == (0, "none:")


def test_a_file_that_cannot_be_written_is_refused_before_the_start(root: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for out in (tmp_path / "file/demo.json", tmp_path):
        done = CliRunner().invoke(app, ["--config", str(root / "configs/fake.yaml"), "--out", str(out)])
        assert done.exit_code == 2
        assert "--out: " in done.output
        assert "cannot be written" in done.output


def test_a_port_that_cannot_be_is_refused(root: Path) -> None:
    for port in ("0", "70000", "eight"):
        done = CliRunner().invoke(app, ["--config", str(root / "configs/fake.yaml"), "--http-port", port])
        assert done.exit_code == 2


def test_a_terminal_that_lacks_characters_gets_question_marks(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from serve_app.demo.console import *; print_any_text(); say('Café ✓')"],
        cwd=root, env=os.environ | {"PYTHONIOENCODING": "ascii"}, capture_output=True,
    )  # fmt: skip
    assert done.stdout == b"Caf? ?\n", done.stderr


def test_a_closed_terminal_ends_nothing_else(root: Path) -> None:
    code = "import sys; from serve_app.demo.console import *; say('last word'); sys.exit(3)"
    with open("/dev/full", "w") as full:
        done = subprocess.run([sys.executable, "-c", code], cwd=root, stdout=full, stderr=subprocess.PIPE)
    assert b"say" not in done.stderr
