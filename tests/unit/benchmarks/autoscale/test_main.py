"""The command over a stand-in for the measurement."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import benchmarks.autoscale.__main__ as command
from benchmarks.lib import record
from tests.unit.benchmarks.autoscale.rows import replicas, requests


@pytest.fixture
def measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The arms that were measured; the stock policy's requests are late."""
    arms: list[str] = []

    def measure(arm: str, *_: object) -> list[dict[str, Any]]:
        arms.append(arm)
        return [*requests(arm, 9000.0 if arm == "stock" else 900.0, 9000.0), *replicas(arm, (0, 1))]

    monkeypatch.setattr(command, "measure", measure)
    monkeypatch.setattr(record, "RESULTS", tmp_path)
    monkeypatch.setitem(record.write.__kwdefaults__ or {}, "folder", tmp_path)
    return arms


def run(*args: str) -> dict[str, Any]:
    done = CliRunner().invoke(command.app, list(args))
    assert done.exit_code == 0, done.output
    return dict(json.loads(done.stdout.splitlines()[-1]))


def test_every_arm_is_measured_and_compared(measured: list[str], tmp_path: Path) -> None:
    found = run()
    assert measured == ["stock", "stages", "graph"]
    assert found["late_ratio_to_stock"] == 0.5
    assert (tmp_path / "autoscale.png").exists()


def test_one_arm_is_measured_again_beside_the_rows_of_the_others(measured: list[str]) -> None:
    whole = run()
    assert run("--arms", "graph") == whole
    assert measured == ["stock", "stages", "graph", "graph"]


def test_an_arm_that_there_is_not_is_named(measured: list[str]) -> None:
    done = CliRunner().invoke(command.app, ["--arms", "graph,oracle"])
    assert done.exit_code == 2
    assert "'oracle' is none of stock, stages, graph" in done.output
    assert measured == []


def test_arms_of_another_load_are_not_compared(measured: list[str]) -> None:
    run("--seed", "3")
    done = CliRunner().invoke(command.app, ["--arms", "graph", "--seed", "4"])
    assert done.exit_code != 0
    assert measured == ["stock", "stages", "graph"], "nothing was measured for it"
    run("--arms", "graph", "--seed", "3")
