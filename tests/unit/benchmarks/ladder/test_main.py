"""The command: the loss at twice the capacity, and a row for each step."""

from __future__ import annotations

from typing import Any

import pytest
from typer.testing import CliRunner

from benchmarks.ladder import __main__ as command
from deployments.types import Options
from serve_app.flow.knobs import DefaultKnobs, SelectionKnobs
from serve_app.flow.ladder import counts
from serve_app.flow.ladder_knobs import LadderKnobs, LadderStep
from tests.unit.benchmarks.ladder.test_curve import GOOD, POOL


def test_the_result_has_the_number_of_the_goal(monkeypatch: pytest.MonkeyPatch) -> None:
    written: dict[str, Any] = {}
    monkeypatch.setattr(command.record, "write", lambda _, result, **__: written.update(result))
    monkeypatch.setattr(command, "plot", lambda *_: None)
    monkeypatch.setattr(command, "read", lambda *_: ([POOL], GOOD))
    monkeypatch.setattr(command, "plans", _no_plans)
    monkeypatch.setattr(command.RewardModel, "load", lambda *_, **__: None)
    assert CliRunner().invoke(command.app, [], catch_exceptions=False).exit_code == 0
    assert written["items"] == 1
    assert written["steps"][0]["capacity"] == 1.0
    assert written["steps"][0]["fit"] == 0.0, "the shipped knobs weigh fit, and both best ones have the same"
    assert written["fit_lost_at_twice"] is None, "nothing is fit with all drafts"
    assert written["default_knobs"]["steps"][0]["sent"] == 1.0


def test_the_knobs_are_those_of_the_config() -> None:
    assert command.shipped().fit.minimum > SelectionKnobs().fit.minimum


def test_the_ladder_is_one_that_the_ingress_takes() -> None:
    """Whose steps take away more and more, and whose counts are those of the curve."""
    steps = tuple(
        LadderStep(max_categories=each.categories, candidates_per_category=each.candidates) for each in command.LADDER
    )
    LadderKnobs(steps=steps)
    for step, each in zip(steps, command.LADDER, strict=True):
        assert counts(Options(), step, DefaultKnobs()) == (each.categories, each.candidates)
    assert counts(Options(), LadderStep(), DefaultKnobs()) == (command.WHOLE.categories, command.WHOLE.candidates)


async def _no_plans(*_: object) -> dict[str, list[str]]:
    return {}
