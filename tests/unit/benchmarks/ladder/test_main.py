"""The command: the loss at twice the capacity, and a row for each step."""

from __future__ import annotations

from typing import Any

import pytest
from typer.testing import CliRunner

from benchmarks.ladder import __main__ as command
from tests.unit.benchmarks.ladder.test_curve import GOOD, POOL


def test_the_result_has_the_number_of_the_goal(monkeypatch: pytest.MonkeyPatch) -> None:
    written: dict[str, Any] = {}
    monkeypatch.setattr(command.record, "write", lambda _, result, **__: written.update(result))
    monkeypatch.setattr(command, "plot", lambda *_: None)
    monkeypatch.setattr(command, "read", lambda *_: ([POOL], GOOD))
    monkeypatch.setattr(command.RewardModel, "load", lambda *_, **__: None)
    assert CliRunner().invoke(command.app, [], catch_exceptions=False).exit_code == 0
    assert written["items"] == 1
    assert written["steps"][0]["capacity"] == 1.0
    assert "fit_lost_at_twice" in written
