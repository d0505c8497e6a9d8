"""The command: the last line has the four numbers, and the fleet of three cards is a day under both policies."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from benchmarks.simulate import __main__ as command
from benchmarks.simulate import day
from benchmarks.simulate.fleet import Fleet
from benchmarks.simulate.fluid import Arrivals, Outcome
from benchmarks.simulate.stage import StageModel


def test_the_result_has_the_numbers_of_the_goals(monkeypatch: pytest.MonkeyPatch) -> None:
    written: dict[str, Any] = {}
    monkeypatch.setattr(command.record, "write", lambda _, result, **__: written.update(result))
    monkeypatch.setattr(command, "plot", lambda *_: None)
    monkeypatch.setattr(command, "raw_rows", lambda *_: [])
    monkeypatch.setattr(day, "DAY_S", 7200)
    done = CliRunner().invoke(command.app, ["--gpus", "10", "--no-sweep"], catch_exceptions=False)
    assert done.exit_code == 0
    assert 0.9 < written["slo_attainment"] <= 1
    assert 0.5 < written["gpu_hours_ratio_to_stock"] < 2
    assert written["error_to_real_run"] is None, "no rows of a real run are kept"
    assert written["seconds"] < 60
    assert [each["gpus"] for each in written["fleets"]] == [10]


def test_the_figures_of_a_day_that_was_written_down_by_hand() -> None:
    """An hour: two cards, then three, and a replica on a tenth of one; 5 of 100 requests are late, 10 refused."""
    models = (StageModel("Generator", 16, 1.0, 11.0, gpus=1.0), StageModel("RewardScorer", 6, 0.1, 4.0, gpus=0.1))
    requests = np.full(3600, 100 / 3600)
    replicas = np.column_stack([np.where(np.arange(3600) < 1800, 2.0, 3.0), np.ones(3600)])
    arrivals = Arrivals(1.0, requests, np.zeros(3600))
    outcome = Outcome(arrivals, replicas, replicas, replicas, 0.85 * requests, 0.1 * requests, np.ones(3600))
    assert command._figures(outcome, Fleet(models, 1.0), price=2.0) == {
        "slo_attainment": 0.85, "shed_share": 0.1, "gpu_hours": 2.6, "cost": 5.2, "flaps": 0,
    }  # fmt: skip
    minutes = command._by_the_minute(arrivals, Fleet(models, 1.0), {"graph": outcome})
    assert minutes["rps"][:2] == [0.0, 0.0], "100 an hour"
    assert (minutes["graph"][0], minutes["graph"][-1]) == (2.1, 3.1)
