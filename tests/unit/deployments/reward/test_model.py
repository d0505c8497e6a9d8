"""The reward of a copy from its parts, over an encoder that counts words and letters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch

from deployments.errors import Misconfigured
from deployments.reward.heads import GUARDS, BradleyTerryHeads, Guard, RewardConfig
from deployments.reward.model import Parts, RewardModel, widening
from deployments.reward.text import render_copy
from deployments.types import WinCalibration
from tests.unit.training.trunk import Row, Trunk


class Counting(Trunk):
    """Pools to (words, letters)."""

    device = torch.device("cpu")

    def pooled(self, rows: Sequence[Row]) -> torch.Tensor:
        return torch.from_numpy(self.core(rows))

    def warmup(self, max_batch_tokens: int) -> None:
        if max_batch_tokens < 8:
            raise Misconfigured("max_batch_tokens is too small")


def config(**changes: object) -> RewardConfig:
    fields = {"encoder": "m", "max_length": 32, "dim": 2, "heads": 2, "directions": 1}
    return RewardConfig.model_validate(fields | changes)


def model(outer: tuple[float, float] = (1.0, 3.0), **changes: object) -> RewardModel:
    """Head n gives `outer[n]` for each word; the guard "padded" gives a logit for each letter."""
    heads = BradleyTerryHeads(2, 2, 1)
    heads.outer.data.copy_(torch.tensor([[outer[0], 0.0], [outer[1], 0.0]]))
    heads.guarded[:, GUARDS.index("padded")] = torch.tensor([0.0, 1.0])
    heads.whitening.copy_(torch.tensor([[1.0], [0.0]]))
    encoder: Any = Counting()
    return RewardModel(encoder, heads, config(**changes))


def forward(made: RewardModel, *texts: str) -> list[list[float]]:
    answers: list[list[float]] = made.forward(made.encode(texts)).tolist()
    return answers


def test_mean_and_deviation_of_the_heads() -> None:
    assert forward(model(), "one", "one two") == [[2.0, 1.0], [4.0, 2.0]]


def test_corrections_and_the_offset_are_added_to_the_mean_alone() -> None:
    ((plain, spread),) = forward(model(), "why?")
    ((corrected, same),) = forward(model(corrections={"question": 0.5, "number": 9.0}, offset=0.25), "why?")
    assert corrected - plain == pytest.approx(0.75)
    assert same == spread


def test_a_correction_without_weight_is_not_computed() -> None:
    made = model()
    object.__setattr__(made.config, "corrections", {"no such feature": 0.0})
    assert made.correction("x") == 0.0


def test_a_guard_costs_beyond_its_limit_and_widens_by_as_much() -> None:
    guards = {"padded": Guard(limit=4, gain=0.5)}
    ((below, spread),) = forward(model(guards=guards), "few")
    assert (below, spread) == (2.0, 1.0), "no bonus below the limit"
    ((above, wide),) = forward(model(guards=guards), "eight888")
    assert above == pytest.approx(2.0 - 2.0)
    assert wide == pytest.approx(np.hypot(1.0, 2.0))


def test_a_copy_unlike_the_training_copies_is_less_certain() -> None:
    usual, unusual = forward(model(typical_distance=2.0, widening=1.0, widest=10.0), "a b", "a b c d e")
    assert usual[1] == pytest.approx(2.0), "as the heads alone"
    assert unusual[1] == pytest.approx(np.hypot(5.0, 3.0))


def test_the_distance_of_a_longer_copy_counts_less() -> None:
    made = model(distance_by_tokens=1.0)
    assert made.parts(made.encode(["a b c"])).distance.tolist() == pytest.approx([3 / 4])


@pytest.mark.parametrize(
    ("distance", "words", "expected"),
    [
        (1.0, 10, 0.0),
        (5.0, 10, 6.0),
        (1.0, 40, 2 * np.log(41 / 21)),
        (5.0, 40, np.hypot(6.0, 2 * np.log(41 / 21))),
        (99.0, 10, 8.0),
    ],
)
def test_the_spread_widens_with_distance_and_untested_length_up_to_a_bound(
    distance: float, words: int, expected: float
) -> None:
    limits = config(typical_distance=2.0, widening=2.0, widest=8.0, tested_words=20, widening_by_length=2.0)
    widened = widening(limits, np.array([distance], np.float32), np.array([np.log1p(words)], np.float32))
    assert widened.tolist() == pytest.approx([expected], abs=1e-5)
    assert widened.dtype == np.float32


def test_parts_add_up_row_by_row() -> None:
    zeros = np.zeros(2, np.float32)
    parts = Parts(
        heads=np.array([[1.0, 3.0], [5.0, 5.0]], np.float32),
        correction=np.array([0.5, -0.5], np.float32),
        penalties=np.array([[1.0, 0.5], [0.0, 0.0]], np.float32),
        widening=zeros,
        distance=zeros,
    )
    assert parts.mean.tolist() == [1.0, 4.5]
    assert parts.spread.tolist() == pytest.approx([np.hypot(1.0, 1.5), 0.0])


def test_in_a_language_without_training_copies_every_pair_is_a_tie() -> None:
    made = model(calibration=WinCalibration(slope=2.0, spread_weight=1.0), languages=("en", "de"))
    assert made.calibration_for("de") == made.calibration
    assert made.calibration_for("fr") == WinCalibration(slope=0.0, spread_weight=1.0)


def test_rewards_that_are_not_finite_are_refused_before_serving() -> None:
    model().warmup(64)
    with pytest.raises(Misconfigured, match="not finite"):
        model(outer=(float("nan"), 1.0)).warmup(64)


def test_an_encoded_copy_knows_its_tokens_and_its_length() -> None:
    (row,) = model().encode([render_copy("Two words", "and three more")])
    assert row.tokens == 5
    assert row.length == pytest.approx(np.log1p(5))
