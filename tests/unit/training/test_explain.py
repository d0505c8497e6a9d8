"""An explanation adds up to the reward that is served."""

from __future__ import annotations

from pathlib import Path

import pytest

from deployments.reward.model import RewardModel
from training.explain import explain


@pytest.fixture(scope="module")
def model(root: Path) -> RewardModel:
    return RewardModel.load(root / "models/reward", dtype="float32")


def test_the_parts_add_up_to_the_mean(model: RewardModel) -> None:
    explained = explain(model, "Why does this cat rule the room?", "Chelsea was rescued.")
    parts = explained["parts"]
    total = (
        parts["heads_mean"] + parts["offset"] + sum(parts["penalties"].values()) + sum(parts["corrections"].values())
    )
    assert explained["mean"] == pytest.approx(total, abs=2e-3)
    assert [word["word"] for word in explained["words"]] == explained["text"].split()


def test_a_single_word_has_no_part_of_its_own(model: RewardModel) -> None:
    assert explain(model, "Bread")["words"] == []
