"""The arithmetic of the curve: every choice counts the same, and the fit gate decides what is sent."""

from __future__ import annotations

import pytest

from benchmarks.ladder.curve import Pool, Step, held, row
from deployments.types import Candidate, Reward, Source


def candidate(name: str, fit: float, mean: float) -> Candidate:
    return Candidate(id=name, source=Source.GENERATED, reward=Reward(mean=mean, spread=0.0), fit=fit)


POOL: Pool = {
    "DIRECT": [candidate("a", 0.9, 1.0), candidate("b", 0.9, 0.0)],
    "STORY": [candidate("c", 0.2, 5.0), candidate("d", 0.9, 3.0)],
}
GOOD = {"a": 1.0, "b": 1.0, "c": 1.0, "d": 0.0}
WHOLE = Step(2, 2)


def test_the_whole_pool_sends_the_best_that_passes_the_gate() -> None:
    whole = row(WHOLE, WHOLE, [POOL], GOOD)
    assert (whole["capacity"], whole["sent"], whole["fit"], whole["reward"]) == (1.0, 1.0, 0.0, 3.0)


def test_with_one_draft_every_choice_counts_the_same() -> None:
    one = row(Step(1, 1), WHOLE, [POOL], GOOD)
    assert one["capacity"] == 2.5
    assert (one["sent"], one["fit"]) == (0.75, 0.5), "a, b, c or d, and c does not pass"
    assert one["fit_of_sent"] == pytest.approx(2 / 3, abs=1e-4)
    assert one["reward"] == pytest.approx((1.0 + 0.0 + 3.0) / 3, abs=1e-4)


def test_an_item_with_fewer_categories_has_what_it_has() -> None:
    assert row(Step(4, 4), WHOLE, [POOL], GOOD)["sent"] == 1.0


def test_the_loss_is_the_least_of_the_steps_that_reach_the_capacity() -> None:
    rows = [{"capacity": 1.0, "fit": 0.8}, {"capacity": 2.0, "fit": 0.76}, {"capacity": 3.0, "fit": 0.4}]
    assert held(rows, 2.0, "fit") == pytest.approx(0.05)
    assert held(rows, 4.0, "fit") is None
    assert held([{"capacity": 1.0, "fit": 0.0}], 1.0, "fit") is None
