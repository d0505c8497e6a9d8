"""A reward on pushes: penalties, length, and what fools it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.training.reward_stub import RewardStub
from training.lessons import PushItem
from training.pushes import measure

MODEL: Any = RewardStub()
LADDER = ("Bread is", "Bread is hot today now")
ITEMS = [PushItem(1, ("Bread is ready at the bakery!",), ("Bread",), (("empty", "Ok"),), LADDER)]


def test_without_items_there_is_no_measure() -> None:
    assert measure(MODEL, []) is None


def test_a_reward_of_length_is_fooled_by_the_same_copy_twice() -> None:
    report = measure(MODEL, ITEMS)
    assert report is not None
    assert report["fooled"]["said twice"] == {"pairs": 1, "above_half": 1.0, "sure": 1.0}
    assert report["fooled"]["empty"] == {"pairs": 1, "above_half": 0.0, "sure": 0.0}
    assert report["length_slope"] > 0


def test_a_band_of_lengths_has_its_share_of_copies_that_pay() -> None:
    report = measure(MODEL, ITEMS)
    assert report is not None
    (band,) = report["lengths"]
    assert (band["words_above"], band["words"], band["copies"]) == (3, 10, 2)
    assert (band["paying"], band["penalty"]) == (pytest.approx(0.5), pytest.approx(0.5))
