"""The arithmetic of the curve: the first categories of the plan, every choice of drafts, and the fit gate."""

from __future__ import annotations

import pytest

from benchmarks.ladder.curve import Pool, Step, held, row
from deployments.types import Candidate, Reward, Source
from serve_app.flow.knobs import FitKnobs, SelectionKnobs


def candidate(name: str, fit: float, mean: float) -> Candidate:
    return Candidate(id=name, source=Source.GENERATED, reward=Reward(mean=mean, spread=0.0), fit=fit)


POOL: Pool = {
    "DIRECT": [candidate("a", 0.9, 1.0), candidate("b", 0.9, 0.0)],
    "STORY": [candidate("c", 0.2, 5.0), candidate("d", 0.9, 3.0)],
}
GOOD = {"a": 1.0, "b": 1.0, "c": 1.0, "d": 0.0}
WHOLE = Step(2, 2)
KNOBS = SelectionKnobs()


def test_the_whole_pool_sends_the_best_that_passes_the_gate() -> None:
    whole = row(WHOLE, WHOLE, [POOL], GOOD, KNOBS)
    assert (whole["capacity"], whole["sent"], whole["fit"], whole["reward"]) == (1.0, 1.0, 0.0, 3.0)


def test_a_step_keeps_the_first_categories_of_the_plan() -> None:
    one = row(Step(1, 1), WHOLE, [POOL], GOOD, KNOBS)
    assert one["capacity"] == 2.5
    assert (one["sent"], one["fit"], one["reward"]) == (1.0, 1.0, 0.5), "a or b, the same each"
    turned = row(Step(1, 1), WHOLE, [dict(reversed(list(POOL.items())))], GOOD, KNOBS)
    assert (turned["sent"], turned["fit"]) == (0.5, 0.0), "c does not pass, and d is not fit"


def test_the_knobs_decide_what_passes() -> None:
    strict = SelectionKnobs(fit=FitKnobs(minimum=0.95))
    assert row(WHOLE, WHOLE, [POOL], GOOD, strict)["sent"] == 0.0
    assert row(WHOLE, WHOLE, [POOL], GOOD, strict)["fit_of_sent"] is None


def test_an_item_with_fewer_categories_or_an_empty_one_has_what_it_has() -> None:
    assert row(Step(4, 4), WHOLE, [POOL], GOOD, KNOBS)["sent"] == 1.0
    assert row(Step(1, 2), WHOLE, [{"STORY": [], **POOL}], GOOD, KNOBS)["sent"] == 1.0
    assert row(Step(1, 2), WHOLE, [{"LIST": [], **POOL}], GOOD, KNOBS)["sent"] == 0.0, "its first has no draft"


def test_the_loss_is_that_of_the_step_that_the_ladder_would_be_on() -> None:
    """The first of the ladder that reaches the capacity, though a later one loses less."""
    rows = [
        {"categories": c, "candidates": n, "capacity": capacity, "fit": fit}
        for c, n, capacity, fit in ((4, 2, 1.0, 0.8), (4, 1, 1.8, 0.78), (3, 1, 2.25, 0.72), (2, 1, 3.0, 0.76))
    ]
    ladder = (Step(4, 1), Step(3, 1), Step(2, 1))
    assert held(rows, ladder, 2.0, "fit") == pytest.approx(0.1)
    assert held(rows, ladder, 3.0, "fit") == pytest.approx(0.05)
    assert held(rows, ladder, 4.0, "fit") is None
    assert held([{**each, "fit": 0.0} for each in rows], ladder, 2.0, "fit") is None


def test_the_work_is_the_gates() -> None:
    assert (Step(4, 2).units, Step(1, 1).units) == (9.0, 2.0)
