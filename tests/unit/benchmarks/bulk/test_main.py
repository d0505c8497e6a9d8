"""The command: refusals, and parts that are left out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.bulk import kills, rates
from benchmarks.bulk.__main__ import app
from benchmarks.lib import record


def test_a_missing_config_is_refused() -> None:
    done = CliRunner().invoke(app, ["--config", "nowhere.yaml"])
    assert done.exit_code == 2
    assert "no file" in " ".join(done.stderr.split())


def test_a_part_that_is_left_out_keeps_its_last_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "RESULTS", tmp_path)
    monkeypatch.setattr(
        record, "write", lambda name, result, **_: (tmp_path / "bulk.json").write_text(json.dumps(result))
    )
    arms = {"online": {"items_per_s": 1.0}, "bulk": {"items_per_s": 2.0}}
    monkeypatch.setattr(rates, "run", lambda *_: {"bulk_vs_online": 2.0, **arms})
    monkeypatch.setattr(kills, "run", lambda *_: ({"lost": 0, "duplicated": 0}, [{"kill": 1, "rows": 3}]))
    assert CliRunner().invoke(app, ["--items", "0"]).exit_code == 0
    written = json.loads((tmp_path / "bulk.json").read_text())
    killed = written.pop("environments")
    assert written == {"lost": 0, "duplicated": 0}
    assert (list(killed), killed["kills"]["config"]["file"]) == (["kills"], "fake.yaml")
    assert CliRunner().invoke(app, ["--kills", "0"]).exit_code == 0
    written = json.loads((tmp_path / "bulk.json").read_text())
    assert written["bulk_vs_online"] == 2.0
    assert written["environments"]["kills"] == killed["kills"], "that of its own run"
    assert written["environments"]["rates"]["config"]["file"] == "demo.yaml"
    assert (tmp_path / "bulk.png").exists()
