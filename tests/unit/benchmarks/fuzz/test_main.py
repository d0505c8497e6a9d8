"""The command over a stand-in for the measurement."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import benchmarks.fuzz.__main__ as command
from benchmarks.fuzz.measure import Plan, Tally, result
from benchmarks.lib import record


@pytest.mark.parametrize(("hangs", "code"), [(0, 0), (1, 1)])
def test_the_last_line_is_the_result_and_a_fault_fails_it(
    hangs: int, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run(plan: Plan) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        tally = Tally()
        tally.faults["hang"] = hangs
        return result(plan, tally, [], []), [{"protocol": "http", "kind": "json", "wall_ms": 3.0}]

    kept = record.write
    monkeypatch.setattr(command, "run", run)
    monkeypatch.setattr(record, "RESULTS", tmp_path)
    monkeypatch.setattr(command.record, "write", lambda name, summed, **_: kept(name, summed, folder=tmp_path))
    done = CliRunner().invoke(command.app, ["--requests", "20", "--seed", "3"])
    assert done.exit_code == code, done.output
    last = json.loads(done.stdout.splitlines()[-1])
    assert {"tried", "internal", "leaks", "crashes", "hangs", "slowest_ms"} <= last.keys()
    assert (last["seed"], last["hangs"]) == (3, hangs)
    assert (tmp_path / "fuzz.json").exists()
