"""The command over a stand-in for the measurement."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import benchmarks.chaos.__main__ as command
from benchmarks.chaos import measure
from benchmarks.lib import record
from tests.unit.benchmarks.chaos.test_measure import rows


def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[Any, list[measure.Plan]]:
    plans: list[measure.Plan] = []

    async def run(plan: measure.Plan) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        plans.append(plan)
        return measure.result(plan, rows()), []

    monkeypatch.setattr(command, "run", run)
    monkeypatch.setattr(record, "RESULTS", tmp_path)
    monkeypatch.setattr(command.record, "write", lambda _name, result, **_: print(json.dumps(result)))  # noqa: T201
    return CliRunner().invoke(command.app, list(arguments)), plans


def test_both_configs_and_every_fault_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done, plans = invoke(tmp_path, monkeypatch)
    assert done.exit_code == 0, done.output
    assert [config.stem for config in plans[0].configs] == ["fake", "demo"]
    assert len(plans[0].faults) == 12
    last = json.loads(done.stdout.splitlines()[-1])
    assert {"requests", "lost", "wrong", "internal", "late", "orphans", "recovered_s"} <= last.keys()


def test_faults_are_chosen_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = ("--faults", "proxy, router", "--config", "configs/fake.yaml")
    done, plans = invoke(tmp_path, monkeypatch, *chosen)
    assert done.exit_code == 0, done.output
    assert [fault.name for fault in plans[0].faults] == ["router", "proxy"]
    assert list(plans[0].configs) == [Path("configs/fake.yaml")]


def test_an_unknown_fault_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done, plans = invoke(tmp_path, monkeypatch, "--faults", "flood")
    assert done.exit_code == 2
    assert not plans
