"""The command over a stand-in for the measurement."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import benchmarks.overload.__main__ as command
from benchmarks.lib import record
from benchmarks.overload import measure
from tests.unit.benchmarks.overload.test_measure import steps


def test_the_last_line_is_the_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plans: list[measure.Plan] = []

    async def run(plan: measure.Plan) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        plans.append(plan)
        return measure.result(plan, 10.0, steps()), []

    monkeypatch.setattr(command, "run", run)
    monkeypatch.setattr(record, "RESULTS", tmp_path)
    monkeypatch.setattr(command.record, "write", lambda name, result, **_: print(json.dumps(result)))  # noqa: T201
    done = CliRunner().invoke(command.app, ["--knee-rps", "10", "--places", "2"])
    assert done.exit_code == 0, done.output
    assert (plans[0].knee_rps, plans[0].places) == (10.0, 2)
    last = json.loads(done.stdout.splitlines()[-1])
    assert {"goodput_ratio_2x", "goodput_ratio_4x", "goodput_ratio_8x", "late_share", "realtime_ok_4x"} <= last.keys()
    assert "goodput_ratio_4x" in last["without_gate"]
    assert (tmp_path / "overload.png").exists()
