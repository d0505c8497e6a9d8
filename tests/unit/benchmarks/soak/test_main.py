"""The command over a stand-in for the measurement."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import benchmarks.soak.__main__ as command
from benchmarks.lib import record
from benchmarks.soak import measure
from tests.unit.benchmarks.soak.test_measure import results


def test_the_last_line_is_the_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plans: list[measure.Plan] = []

    async def run(plan: measure.Plan) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        plans.append(plan)
        return results(), [{"at_s": 1.0, "fate": "good"}]

    monkeypatch.setattr(command, "run", run)
    monkeypatch.setattr(record, "RESULTS", tmp_path)
    monkeypatch.setattr(command.record, "write", lambda _name, result, **_: print(json.dumps(result)))  # noqa: T201
    done = CliRunner().invoke(command.app, ["--minutes", "2", "--knee-rps", "12"])
    assert done.exit_code == 0, done.output
    assert (plans[0].minutes, plans[0].knee_rps, plans[0].share) == (2.0, 12.0, 0.7)
    last = json.loads(done.stdout.splitlines()[-1])
    assert {"goodput_ratio", "rss_growth_pct", "orphans", "late_share"} <= last.keys()
    assert (tmp_path / "soak.png").exists()
