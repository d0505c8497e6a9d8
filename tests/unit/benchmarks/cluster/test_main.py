"""The command over a stand-in for the measurement."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import benchmarks.cluster.__main__ as command
from benchmarks.cluster.measure import Plan
from benchmarks.lib import record
from benchmarks.lib.local_app import Failed


def test_the_last_line_is_the_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plans: list[Plan] = []

    async def run(plan: Plan) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        plans.append(plan)
        return {"lost": 0, "misplaced": 0, "recovered_s": 1.5}, []

    monkeypatch.setattr(command, "run", run)
    monkeypatch.setattr(record, "RESULTS", tmp_path)
    monkeypatch.setattr(command.record, "write", lambda _name, result, **_: print(json.dumps(result)))  # noqa: T201
    done = CliRunner().invoke(command.app, ["--rps", "2"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout.splitlines()[-1]) == {"lost": 0, "misplaced": 0, "recovered_s": 1.5}
    assert plans == [Plan(Path("configs/fake.yaml"), 2.0, 10_000, 0)]


def test_what_means_nothing_is_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run(_: Plan) -> Any:
        raise Failed("no node joined")

    monkeypatch.setattr(command, "run", run)
    done = CliRunner().invoke(command.app, [])
    assert done.exit_code == 1
    assert "no node joined" in done.output
