"""Win probabilities, and what an answer may hold."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from deployments.types import Candidate, Copy, Reward, RoutedCategory, Source, WinCalibration

means = st.floats(-50, 50)
spreads = st.floats(0, 20)
rewards = st.builds(Reward, mean=means, spread=spreads)


@given(rewards, rewards, st.floats(0, 5), st.floats(0, 5))
def test_one_of_two_copies_wins(a: Reward, b: Reward, slope: float, weight: float) -> None:
    calibration = WinCalibration(slope=slope, spread_weight=weight)
    there, back = calibration.win_probability(a, b), calibration.win_probability(b, a)
    assert 0 <= there <= 1
    assert there + back == pytest.approx(1)
    if a.mean >= b.mean:
        assert there >= 0.5


def test_it_is_the_sigmoid_of_the_scaled_difference() -> None:
    a, b = Reward(mean=1.5, spread=0.5), Reward(mean=0.5, spread=1.0)
    assert WinCalibration(slope=2).win_probability(a, b) == pytest.approx(1 / (1 + math.exp(-2)))
    shrunk = 2 / math.sqrt(1 + 3 * (0.25 + 1))
    assert WinCalibration(slope=2, spread_weight=3).win_probability(a, b) == pytest.approx(1 / (1 + math.exp(-shrunk)))


def test_uncertain_rewards_are_nearer_a_tie() -> None:
    calibration = WinCalibration(spread_weight=1)
    sure, unsure = (
        calibration.win_probability(Reward(mean=2, spread=spread), Reward(mean=0, spread=spread)) for spread in (0, 3)
    )
    assert 0.5 < unsure < sure


def test_without_a_slope_every_pair_is_a_tie() -> None:
    assert WinCalibration(slope=0).win_probability(Reward(mean=9, spread=0), Reward(mean=-9, spread=0)) == 0.5


def test_rewards_far_apart_are_no_overflow() -> None:
    far = WinCalibration(slope=1e6)
    assert far.win_probability(Reward(mean=1e9, spread=0), Reward(mean=-1e9, spread=0)) == pytest.approx(1)
    assert far.win_probability(Reward(mean=-1e9, spread=0), Reward(mean=1e9, spread=0)) == pytest.approx(0)


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (Reward, {"mean": 0, "spread": -0.1}),
        (WinCalibration, {"slope": -1}),
        (RoutedCategory, {"category": "A", "weight": 1.1}),
        (Candidate, {"id": "c", "source": Source.GENERATED, "fit": 1.5}),
        (Candidate, {"id": "c", "source": Source.GENERATED, "win_probability": -0.1}),
    ],
)
def test_what_is_no_probability_weight_or_deviation_is_refused(model: type, fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        model(**fields)


def test_the_words_of_a_candidate_are_a_copy() -> None:
    assert Candidate(id="c", title="T", body="B", source=Source.TEMPLATE).copy_text == Copy(title="T", body="B")
