"""A training learns, goes on where it stopped, and marks the words that a rule changed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from deployments.reward.fit import FitTokenizer, new_net
from deployments.reward.fit_net import FitConfig
from deployments.reward.grounding import Facts
from deployments.types import Copy
from deployments.weights import resolve
from tests.unit.deployments.reward.fits import ENCODER
from tests.unit.training.fitness.entries import ENTRIES
from training.fitness.lessons import Lesson, Mix
from training.fitness.tune import Example, Maker, Recipe, Trainer

CONFIG = FitConfig(encoder=ENCODER, dim=384)
RECIPE = Recipe(epochs=2, batch=4, tuned_from=5)
STEPS = 6


@pytest.fixture(scope="module")
def maker() -> Maker:
    return Maker(FitTokenizer(resolve(ENCODER), CONFIG), CONFIG.facts_tokens, Mix(made=2))


@pytest.fixture
def trainer() -> Trainer:
    torch.manual_seed(0)
    return Trainer(new_net(resolve(ENCODER), CONFIG), RECIPE, STEPS)


def example(maker: Maker, epoch: int, number: int) -> Example:
    return maker.example(ENTRIES[number], ENTRIES, np.random.default_rng([epoch, number]))


def test_steps_lower_the_loss_and_leave_the_layers_below_alone(maker: Maker, trainer: Trainer) -> None:
    below = trainer.net.trunk.encoder.layer[0].attention.self.query.weight.clone()
    batch = [example(maker, 0, n) for n in range(4)]
    losses = [trainer.step(batch) for _ in range(STEPS)]
    assert losses[-1] < losses[0]
    assert torch.equal(below, trainer.net.trunk.encoder.layer[0].attention.self.query.weight)


def test_a_checkpoint_goes_on_and_one_of_another_recipe_does_not(
    maker: Maker, trainer: Trainer, tmp_path: Path
) -> None:
    seen: list[int] = []
    loss = trainer.run(lambda epoch, i: example(maker, epoch, i), 6, lambda done, _loss: seen.append(done))
    assert seen == [4, 6]
    assert np.isfinite(loss)
    trainer.save(tmp_path)
    again = Trainer(new_net(resolve(ENCODER), CONFIG), RECIPE, STEPS)
    assert again.resume(tmp_path)
    assert again.epoch == 1
    assert torch.equal(again.net.outer.weight, trainer.net.outer.weight)
    other = Trainer(new_net(resolve(ENCODER), CONFIG), Recipe(epochs=3, batch=4, tuned_from=5), STEPS)
    assert not other.resume(tmp_path)
    assert not other.resume(tmp_path / "nowhere")


def test_words_that_a_rule_changed_are_wrong_and_the_rest_is_not(maker: Maker) -> None:
    good, worse = Copy(title="All 63 letters", body="Read aloud."), Copy(title="All 68 letters", body="Read aloud.")
    piece = maker._tokenizer.copy(worse, Facts(""))
    assert sum(maker._wrong(Lesson(worse, 0, "wrong_number", original=good), piece)) == 1
    assert {*maker._wrong(Lesson(good, 1, "good"), piece)} == {0}
    assert {*maker._wrong(Lesson(worse, 0, "empty"), piece)} == {-1}


def test_facts_are_read_with_and_without_the_picture(maker: Maker) -> None:
    assert "Picture:" in maker.item_facts(ENTRIES[0], seen=True)
    assert "Picture:" not in maker.item_facts(ENTRIES[0], seen=False)
