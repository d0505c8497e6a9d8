"""The reward model in models/reward: what its card promises, on copies that no training file has."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from deployments.reward.model import RewardModel
from deployments.reward.text import FEATURES, features, render_copy
from deployments.types import Reward
from training import perturb

COPIES = (
    "A retired teacher opened her garage to the whole street",
    "The bridge that nobody wanted is now the town's favourite place",
    "She answered the phone and heard a voice from forty years ago",
    "Why the river runs green for one week in spring",
    "Two brothers built a boat out of what their neighbours threw away",
    "He waited at the station every day, and then she came",
    "Fresh bread at six. The first batch leaves the oven soon.",
    "New photo from Stefan. Tap to see it.",
    "Five ways to keep your plants alive in winter",
    "Your team plays tonight. Kick-off is at eight.",
    "The market opens early this Saturday. Come before the queue does.",
    "How to repair a bicycle tyre in ten minutes",
    "This cat has claimed a chair. Chelsea was rescued. Now she rules the room.",
    "Rockets, rain and a very patient crew. See how the launch went.",
    "Can you name all the stars in this picture?",
    "A quiet lake, a loud goose, and one wet photographer",
    "The new library has a room for naps",
    "Dinner in twenty minutes: lentils, lemon and a lot of dill",
)
STRANGE = ("Ostoskorisi odottaa sinua, tule takaisin", "50% OFF", "lorem ipsum dolor sit amet", "zxqv lkj 9984 ##%%")


@pytest.fixture(scope="module")
def model(root: Path) -> RewardModel:
    return RewardModel.load(root / "models/reward", dtype="float32")


def test_it_is_small_and_its_card_and_report_are_of_these_weights(root: Path, model: RewardModel) -> None:
    folder = root / "models/reward"
    assert sum(p.stat().st_size for p in folder.iterdir()) < 16 * 2**20
    report = json.loads((folder / "report.json").read_text())
    assert report["revision"] == model.revision
    assert model.revision in (folder / "README.md").read_text()
    assert str(report["test"]["all_pairs_accuracy"]) in (folder / "README.md").read_text()
    assert report["perturbations"]["pass_rate"] >= 0.95


def test_a_copy_unlike_the_training_copies_has_a_wider_spread(model: RewardModel) -> None:
    familiar, strange = model.parts(model.encode(COPIES)), model.parts(model.encode(STRANGE))
    assert strange.distance.min() > np.median(familiar.distance)
    assert strange.spread.min() > 2 * np.median(familiar.spread)


def test_the_win_probability_of_a_strange_copy_is_nearer_a_half(model: RewardModel) -> None:
    sure, unsure, other = Reward(mean=0.5, spread=0.15), Reward(mean=0.5, spread=1.0), Reward(mean=0, spread=0.15)
    chance = model.calibration.win_probability
    assert 0.5 < chance(unsure, other) < chance(sure, other) - 0.02
    assert chance(sure, other) + chance(other, sure) == pytest.approx(1)


def test_tampering_seldom_pays_even_on_plain_copies_which_are_the_hardest(model: RewardModel) -> None:
    def score(texts: object) -> np.ndarray:
        parts = model.parts(model.encode([render_copy(t) for t in texts]))  # type: ignore[attr-defined]
        return parts.mean - 0.5 * parts.spread

    report = perturb.suite(COPIES, score)
    assert report["pass_rate"] > 0.8, report["kinds"]
    assert report["kinds"]["shouted"] == report["kinds"]["doubled"] == report["kinds"]["tripled"] == 1


def test_what_a_guard_takes_off_is_as_uncertain_as_it_is_large(model: RewardModel) -> None:
    """Some headlines that readers clicked look padded: of what such a copy loses by, little may be claimed."""
    paying = model.parts(model.encode([render_copy(perturb.TAUGHT["doubled"](text)) for text in COPIES]))
    penalties = paying.penalties.sum(1)
    assert np.median(penalties) > 0.5
    assert (paying.spread > penalties).all()
    plain, caught = Reward(mean=0, spread=0.15), Reward(mean=-3, spread=3.0)
    assert 0.5 < model.calibration.win_probability(plain, caught) < 0.75


def test_a_reward_is_the_sum_of_its_parts(model: RewardModel) -> None:
    rows = model.encode([*COPIES, *STRANGE])
    parts = model.parts(rows)
    assert model.forward(rows)[:, 0] == pytest.approx(parts.heads.mean(1) + parts.correction - parts.penalties.sum(1))
    shorter, longer = model.correction("One two three"), model.correction("One two three four five six seven")
    assert longer < shorter  # longer headlines won more often; that is taken off
    assert parts.heads.shape == (len(rows), model.config.heads)


def test_a_correction_of_no_weight_changes_nothing(model: RewardModel) -> None:
    text = "Is this the 1 secret that she learned today? But wait"
    values = dict(zip(FEATURES, features(text), strict=True))
    expected = model.config.offset + sum(w * values[name] for name, w in model.config.corrections.items())
    assert model.correction(text) == pytest.approx(expected, abs=1e-12)
