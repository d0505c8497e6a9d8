from __future__ import annotations

import numpy as np
import pytest

from deployments.reward.text import FEATURES
from deployments.types import Reward, WinCalibration
from training.calibrate import fit, length_slopes, style_gaps, surface, win_probabilities
from training.pairs import Pairs

COUNT = 6000


def pairs_of(a: np.ndarray, b: np.ndarray, z: np.ndarray, per_test: int = 1) -> Pairs:
    tests = np.arange(len(z)) // per_test
    return Pairs(a=a, b=b, z=z.astype(float), test=tests, cluster=tests, fold=np.zeros(len(z), dtype=np.int64))


def log(logit_of: object, seed: int = 0) -> tuple[np.ndarray, np.ndarray, Pairs]:
    """[2 COUNT] means and spreads and COUNT pairs, won with the probability that `logit_of` says."""
    rng = np.random.default_rng(seed)
    mean, spread = rng.normal(0, 2, 2 * COUNT), rng.uniform(0, 3, 2 * COUNT)
    a, b = np.arange(COUNT), COUNT + np.arange(COUNT)
    chance = 1 / (1 + np.exp(-logit_of(mean, spread, a, b)))
    return mean, spread, pairs_of(a, b, np.where(rng.uniform(size=COUNT) < chance, 1, -1))


def test_many_probabilities_are_those_of_one() -> None:
    calibration = WinCalibration(slope=1.7, spread_weight=0.4)
    rng = np.random.default_rng(0)
    mean, spread = np.append(rng.normal(0, 3, 9), [1e4]), rng.uniform(0, 2, 10)
    pairs = pairs_of(np.array([0, 1, 2, 9, 3]), np.array([4, 5, 6, 7, 9]), np.ones(5))
    one_by_one = [
        calibration.win_probability(Reward(mean=mean[i], spread=spread[i]), Reward(mean=mean[j], spread=spread[j]))
        for i, j in zip(pairs.a, pairs.b, strict=True)
    ]
    assert win_probabilities(calibration, mean, spread, pairs) == pytest.approx(one_by_one, abs=1e-12)


@pytest.mark.parametrize(("slope", "weight"), [(0.8, 0.5), (0.3, 0.0), (2.0, 2.0)])
def test_fitting_finds_the_calibration_that_made_the_outcomes(slope: float, weight: float) -> None:
    truth = WinCalibration(slope=slope, spread_weight=weight)

    def logit(mean: np.ndarray, spread: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return slope * (mean[a] - mean[b]) / np.sqrt(1 + weight * (spread[a] ** 2 + spread[b] ** 2))

    mean, spread, pairs = log(logit)
    calibration = fit(mean, spread, pairs)
    assert calibration.slope == pytest.approx(slope, rel=0.25)
    expected = win_probabilities(truth, mean, spread, pairs)
    assert np.abs(win_probabilities(calibration, mean, spread, pairs) - expected).mean() < 0.02


def test_the_unit_of_the_rewards_does_not_matter() -> None:
    mean, spread, pairs = log(lambda mean, spread, a, b: 0.5 * (mean[a] - mean[b]))
    small = win_probabilities(fit(mean / 1000, spread / 1000, pairs), mean / 1000, spread / 1000, pairs)
    assert small == pytest.approx(win_probabilities(fit(mean, spread, pairs), mean, spread, pairs), abs=0.002)


def test_a_handful_of_pairs_gives_no_certainty() -> None:
    mean, spread = np.array([2.0, 0.0, 2.0, 0.0]), np.full(4, 0.5)
    right = pairs_of(np.array([0, 2]), np.array([1, 3]), np.array([1, 1]))
    wrong = pairs_of(np.array([0, 2]), np.array([1, 3]), np.array([-1, -1]))
    assert 0.6 < win_probabilities(fit(mean, spread, right), mean, spread, right)[0] < 0.99
    assert 0.5 < win_probabilities(fit(mean, spread, wrong), mean, spread, wrong)[0] < 0.6
    nothing = right.where(np.zeros(2, dtype=bool))
    assert fit(mean, spread, nothing) == WinCalibration()
    assert fit(np.zeros(4), np.zeros(4), right) == WinCalibration()


def test_a_bias_against_a_style_is_measured_in_units_of_the_reward() -> None:
    rng = np.random.default_rng(5)
    values = np.zeros((2 * COUNT, len(FEATURES)))
    values[:, FEATURES.index("question")] = rng.integers(0, 2, 2 * COUNT)
    values[:, FEATURES.index("number")] = rng.integers(0, 2, 2 * COUNT)
    question = values[:, FEATURES.index("question")]
    # Questions win more than their rewards say, by 0.3 of reward; numbers win as much as they say.
    mean, _, pairs = log(lambda mean, spread, a, b: 2 * (mean[a] - mean[b] + 0.3 * (question[a] - question[b])))
    gaps = style_gaps(mean, 2.0, pairs, values)
    assert set(gaps) == set(FEATURES)
    assert gaps["question"]["gap"] == pytest.approx(0.3, abs=3 * gaps["question"]["se"])
    assert gaps["question"]["gap"] > 4 * gaps["question"]["se"]
    assert abs(gaps["number"]["gap"]) < 3 * gaps["number"]["se"]
    assert gaps["question"]["pairs"] == (question[pairs.a] != question[pairs.b]).sum()
    assert gaps["quote"] == {"pairs": 0, "gap": 0.0, "se": 0.25}  # nothing seen: the prior's 0.5 logits


def test_repeating_a_tests_pairs_makes_a_gap_no_surer() -> None:
    rng = np.random.default_rng(2)
    values = np.zeros((800, len(FEATURES)))
    values[:400, FEATURES.index("question")] = 1
    a, b, z = np.arange(400), 400 + np.arange(400), np.where(rng.uniform(size=400) < 0.6, 1, -1)
    once = style_gaps(np.zeros(800), 1.0, pairs_of(a, b, z), values)["question"]
    tenfold = pairs_of(np.repeat(a, 10), np.repeat(b, 10), np.repeat(z, 10), per_test=10)
    repeated = style_gaps(np.zeros(800), 1.0, tenfold, values)["question"]
    assert repeated["se"] == pytest.approx(once["se"], rel=0.1)


def test_length_slopes_are_those_of_copies_that_begin_alike() -> None:
    lengths = np.array([[1.0, 0.0], [2.0, 0.0], [4.0, 1.0], [5.0, 2.0]])
    mean = lengths @ np.array([0.5, -0.8]) + 3
    ties = np.array([[1, 0], [2, 1], [3, 1]])
    assert length_slopes(mean, ties, lengths) == pytest.approx((0.5, -0.8))
    assert length_slopes(mean, np.empty((0, 2), np.int64), lengths) == (0, 0)


def test_the_surface_of_copies_is_one_row_each() -> None:
    rows = surface(["Why now?", "3 tips"])
    assert rows.shape == (2, len(FEATURES))
    assert rows[:, FEATURES.index("question")].tolist() == [1.0, 0.0]
    assert surface([]).shape == (0, len(FEATURES))
