"""The command: the last line has the four numbers, and the fleet of three cards is a day under both policies."""

from __future__ import annotations

from typing import Any

import pytest
from typer.testing import CliRunner

from benchmarks.simulate import __main__ as command
from benchmarks.simulate import day


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
