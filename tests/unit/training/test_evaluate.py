from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from deployments.types import WinCalibration
from training.evaluate import calibration_error, evaluate, interval
from training.pairs import Pairs, make

KEYS = {
    "pairs", "significant_pairs", "tests", "all_pairs_accuracy", "all_pairs_interval", "significant_pairs_accuracy",
    "significant_pairs_interval", "top1", "top1_chance", "replay_ctr_gain", "replay_ctr_gain_interval",
    "oracle_ctr_gain", "length_baseline", "brier", "calibration_error", "selective",
}  # fmt: skip


def arms_of(clicks: list[list[int]], shown: int = 10_000) -> pd.DataFrame:
    """One test for each list; its arms' copies differ in length by place."""
    rows = [
        {"test_id": f"t{test}", "image_id": "", "text": f"{test}" + "x" * place, "impressions": shown, "clicks": count,
         "cluster": test, "fold": 0}
        for test, counts in enumerate(clicks) for place, count in enumerate(counts)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def measured(arms: pd.DataFrame, mean: list[float], spread: list[float] | None = None, slope: float = 1.0) -> dict:
    spreads = np.array(spread if spread is not None else [0.0] * len(mean))
    numbers = evaluate(np.array(mean), spreads, WinCalibration(slope=slope, spread_weight=1.0), make(arms), arms)
    assert set(numbers) == KEYS
    json.dumps(numbers, allow_nan=False)
    return numbers


def test_accuracy_choice_and_gain_are_what_hand_counting_gives() -> None:
    arms = arms_of([[100, 200, 300], [110, 100]])
    numbers = measured(arms, [3.0, 2.0, 1.0, 1.0, 0.0])  # the first test upside down, the second right
    assert (numbers["pairs"], numbers["significant_pairs"], numbers["tests"]) == (4, 3, 2)
    assert numbers["all_pairs_accuracy"] == 0.25
    assert numbers["significant_pairs_accuracy"] == 0.0
    assert numbers["length_baseline"] == {"all_pairs_accuracy": 0.75, "significant_pairs_accuracy": 1.0}
    assert numbers["top1"] == 0.5
    assert numbers["top1_chance"] == pytest.approx((1 / 3 + 1 / 2) / 2, abs=1e-4)
    assert numbers["replay_ctr_gain"] == pytest.approx((100 + 110) / (200 + 105) - 1, abs=1e-4)
    assert numbers["oracle_ctr_gain"] == pytest.approx((300 + 110) / (200 + 105) - 1, abs=1e-4)
    low, high = numbers["replay_ctr_gain_interval"]
    assert low == -0.5  # only the first test drawn: 100 for 200
    assert high == pytest.approx(110 / 105 - 1, abs=1e-4)


def test_a_model_that_knows_nothing_chooses_by_chance() -> None:
    numbers = measured(arms_of([[100, 200, 300], [300, 300, 100], [50, 50]]), [0.0] * 8)
    assert numbers["all_pairs_accuracy"] == 0.5
    assert numbers["top1"] == numbers["top1_chance"]  # also where arms tie for the best click rate
    assert numbers["replay_ctr_gain"] == 0.0
    assert numbers["brier"] == 0.25
    assert numbers["calibration_error"] == 0.0


def test_only_the_arms_of_the_measured_pairs_are_chosen_among() -> None:
    arms = arms_of([[100, 300], [100, 300]])
    pairs = make(arms)
    mean = np.array([0.0, 1.0, 1.0, 0.0])
    numbers = evaluate(mean, np.zeros(4), WinCalibration(), pairs.where(pairs.test == 0), arms)
    assert (numbers["top1"], numbers["tests"], numbers["all_pairs_accuracy"]) == (1.0, 1, 1.0)


def test_the_certain_half_is_taken_by_the_win_probability_and_within_each_set() -> None:
    arms = arms_of([[100, 200], [100, 200], [300, 200], [300, 200], [100, 101], [101, 100]])
    # Right and certain twice; wrong by a wide margin of means, but the heads disagree; wrong and unsure on the rest.
    mean = [0.0, 2.0, 0.0, 2.0, 0.0, 3.0, 0.0, 3.0, 0.1, 0.0, 0.0, 0.1]
    spread = [0.0] * 4 + [50.0] * 4 + [0.0] * 4
    selective = measured(arms, mean, spread)["selective"]
    assert set(selective) == {"1.0", "0.8", "0.5"}
    assert selective["1.0"]["significant_pairs_accuracy"] == 0.5
    assert selective["0.5"]["significant_pairs_accuracy"] == 1.0  # two of four
    assert selective["0.5"]["significant_pairs_interval"] == [1.0, 1.0]
    assert selective["0.8"]["significant_pairs_accuracy"] == 0.5  # 3.2 of four: rounded up, nothing is left out
    assert selective["0.5"]["all_pairs_accuracy"] == pytest.approx(2 / 3, abs=1e-4)  # three of six


def test_probabilities_are_judged_by_what_happened() -> None:
    arms = arms_of([[100, 200], [200, 100]])
    sure_and_right = measured(arms, [0.0, 9.0, 9.0, 0.0])
    sure_and_wrong = measured(arms, [9.0, 0.0, 0.0, 9.0])
    assert sure_and_right["brier"] < 0.001
    assert sure_and_right["calibration_error"] < 0.001
    assert sure_and_wrong["brier"] > 0.99
    assert sure_and_wrong["calibration_error"] > 0.99


def test_calibration_error_does_not_depend_on_the_order_of_a_pair_and_finds_overconfidence() -> None:
    rng = np.random.default_rng(0)
    truth = rng.uniform(0.2, 0.8, 20_000)
    won = (rng.uniform(size=len(truth)) < truth).astype(float)
    swapped = rng.uniform(size=len(truth)) < 0.5
    honest = calibration_error(truth, won)
    assert honest == pytest.approx(0, abs=0.012)
    assert calibration_error(np.where(swapped, 1 - truth, truth), np.where(swapped, 1 - won, won)) == honest
    boast = np.clip(0.5 + 2 * (truth - 0.5), 0, 1)  # twice as far from a half: by 0.15 on average
    assert calibration_error(boast, won) == pytest.approx(0.15, abs=0.015)


def test_an_interval_is_of_tests_not_of_pairs() -> None:
    rng = np.random.default_rng(1)
    right = np.repeat(rng.integers(0, 2, 50), 20).astype(float)  # 50 tests of 20 pairs that are all right or all wrong
    by_test = interval(right, np.ones(1000), np.repeat(np.arange(50), 20), seed=0)
    by_pair = interval(right, np.ones(1000), np.arange(1000), seed=0)
    assert by_test is not None
    assert by_pair is not None
    assert by_test[1] - by_test[0] == pytest.approx(2 * 1.96 * 0.5 / np.sqrt(50), rel=0.2)
    assert by_pair[1] - by_pair[0] < 0.08


def test_a_rare_kind_of_pair_does_not_pull_its_interval_to_zero() -> None:
    numbers = measured(arms_of([[100, 300]] + [[100, 101]] * 9), [0.0, 1.0] * 10)
    assert numbers["significant_pairs"] == 1
    assert numbers["significant_pairs_interval"] == [1.0, 1.0]


def test_what_cannot_be_measured_is_null() -> None:
    no_significant = measured(arms_of([[100, 101]]), [0.0, 1.0])
    assert no_significant["all_pairs_accuracy"] == 1.0
    assert no_significant["significant_pairs_accuracy"] is None
    assert no_significant["significant_pairs_interval"] is None
    assert no_significant["selective"]["0.5"]["significant_pairs_accuracy"] is None
    no_clicks = measured(arms_of([[0, 0]]), [0.0, 1.0])
    assert no_clicks["pairs"] == 0
    assert no_clicks["replay_ctr_gain"] is None
    assert no_clicks["brier"] is None
    arms = arms_of([[100, 300]])
    pairs: Pairs = make(arms).in_folds([5])
    assert evaluate(np.zeros(2), np.zeros(2), WinCalibration(), pairs, arms)["top1"] is None
