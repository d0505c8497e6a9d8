"""The shipped reward on pushes as they are sent, title and body: nothing of theirs was trained on.

`editors_pushes.tsv` is editors' copy for invented items, `long_pushes.tsv` the same with sentences of the item, 30 to
50 words; a title, a tab and a body a line.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from deployments.reward.model import RewardModel
from deployments.reward.text import render_copy
from deployments.types import Reward
from training import lessons, stock

HERE = Path(__file__).parent
GOOD = (
    "The ferry is back after nine weeks",
    "The Skelwick boat sails again on Friday at seven. Engineers replaced both of its engines in the dry dock. The "
    "first crossing is free for people who live on the island. School children have the upper deck to themselves until "
    "eight. Bikes have to wait until the second sailing.",
)


@pytest.fixture(scope="module")
def model(root: Path) -> RewardModel:
    return RewardModel.load(root / "models/reward", dtype="float32")


def pushes(name: str) -> list[str]:
    lines = (HERE / f"{name}_pushes.tsv").read_text(encoding="utf-8").splitlines()
    return [render_copy(*line.split("\t")) for line in lines]


def chances(model: RewardModel, worse: list[str], better: list[str]) -> np.ndarray:
    """Win probability of each worse copy over its better one, as the graph computes it."""
    rewards = [[Reward(mean=m, spread=s) for m, s in model.forward(model.encode(t)).tolist()] for t in (worse, better)]
    return np.array([model.calibration.win_probability(a, b) for a, b in zip(*rewards, strict=True)])


def test_stock_copy_does_not_beat_a_title_and_five_good_sentences(model: RewardModel) -> None:
    [chance] = chances(model, [render_copy("New photo", "Tap to see it.")], [render_copy(*GOOD)])
    assert chance < 0.5


def test_plain_pushes_of_30_to_50_words_pay_about_nothing(model: RewardModel) -> None:
    copies = pushes("long")
    assert len(copies) >= 50
    assert all(30 <= len(copy.split()) <= 50 for copy in copies)
    penalties = model.parts(model.encode(copies)).penalties.sum(1)
    assert penalties.mean() < 0.02
    assert (penalties > 0.1).mean() <= 0.04


@pytest.mark.parametrize("copies", ["editors", "long"])
def test_stock_copy_that_was_never_trained_on_loses_to_editors_copy(model: RewardModel, copies: str) -> None:
    better = [copy for copy in pushes(copies) for _ in stock.HELD_OUT]
    worse = [render_copy(*copy) for _ in pushes(copies) for copy in stock.HELD_OUT]
    chance = chances(model, worse, better)
    assert (chance < 0.5).mean() >= 0.98
    assert (chance >= 0.7).mean() == 0


def test_copy_cut_after_four_words_mostly_loses_to_the_whole_and_hardly_ever_surely_wins(model: RewardModel) -> None:
    for copies in (pushes("editors"), pushes("long")):
        chance = chances(model, [lessons.cut(copy, 4) for copy in copies], copies)
        assert (chance < 0.5).mean() >= 0.7  # what is reached; 0.9 is wanted, see the model's card
        assert (chance >= 0.7).mean() <= 0.03  # 0.02 is wanted


def test_a_copy_longer_than_any_that_was_tested_has_a_wider_spread(model: RewardModel) -> None:
    short, long = (model.parts(model.encode(pushes(name))) for name in ("editors", "long"))
    assert np.median(long.spread) > np.median(short.spread)


def test_length_decides_nothing(model: RewardModel) -> None:
    """A title with ever more of its own item's sentences is worth the same, from 4 to 60 words."""
    title, body = GOOD
    sentences = lessons.sentences(body)
    ladder = [render_copy(title, " ".join(sentences[:count])) for count in range(len(sentences) + 1)]
    mean = model.forward(model.encode(ladder))[:, 0]
    assert np.ptp(mean) < 0.5
