from __future__ import annotations

import numpy as np
import pytest

from benchmarks.selection.pool import Pool, pool_curve
from benchmarks.selection.replay import Group
from deployments.types import WinCalibration
from serve_app.flow.knobs import SelectionKnobs
from tests.unit.benchmarks.selection.synthetic import bradley_terry, group

BOLD = SelectionKnobs(caution=0)
PLAIN = WinCalibration()


def curve(groups: list[Group], tampered: list[Group] | None = None, sizes: tuple[int, ...] = (1, 8, 64)) -> list[dict]:
    return pool_curve(Pool.of(groups, BOLD, PLAIN, tampered), sizes)


def shifted(groups: list[Group], by: float) -> list[Group]:
    return [group(list(g.rate), list(g.mean + by), test=g.test) for g in groups]


def test_one_random_copy_gains_nothing() -> None:
    (row,) = curve(bradley_terry(200, 4), sizes=(1,))
    assert (row["claimed"]["value"], row["observed"]["value"], row["ctr_gain"]["value"]) == (0.5, 0.5, 0)


def test_the_best_of_n_is_what_drawing_n_gives() -> None:
    groups = bradley_terry(100, 3)
    pool = Pool.of(groups, BOLD, PLAIN)
    (row,) = pool_curve(pool, [4])
    drawn = np.random.default_rng(1).integers(0, len(pool), (40_000, 4))
    best = drawn[np.arange(len(drawn)), pool.lead[drawn].argmax(1)]
    assert row["claimed"]["value"] == pytest.approx(pool.claimed[best].mean(), abs=0.005)
    assert row["observed"]["value"] == pytest.approx(pool.observed[best].mean(), abs=0.01)


def test_a_reward_of_noise_claims_ever_more_and_wins_no_more() -> None:
    rng = np.random.default_rng(0)
    noise = [group(list(rng.uniform(0.01, 0.02, 4)), list(rng.normal(size=4)), test=n) for n in range(1000)]
    rows = curve(noise)
    over = [r["over"]["value"] for r in rows]
    assert over == sorted(over)
    assert over[-1] > 0.3
    assert all(abs(r["observed"]["value"] - 0.5) < 0.07 for r in rows)
    assert rows[-1]["over"]["interval"][0] > 0.2


def test_a_calibrated_reward_keeps_its_word_at_large_n() -> None:
    for row in curve(bradley_terry(1500, 4)):
        low, high = row["over"]["interval"]
        assert low <= 0 <= high


def test_tampered_copies_that_score_higher_take_over_with_n() -> None:
    groups = bradley_terry(300, 3)
    assert [r["hacked"]["value"] for r in curve(groups)] == [0, 0, 0]
    hacked = [r["hacked"]["value"] for r in curve(groups, shifted(groups, 3.0))]
    assert hacked[0] == 0.5
    assert hacked[-1] > 0.95
    assert [r["hacked"]["value"] for r in curve(groups, shifted(groups, -3.0))] == [0, 0, 0]
