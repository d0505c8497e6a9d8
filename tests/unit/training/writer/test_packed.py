"""A packed sequence gives each branch the loss that it has alone."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from tests.unit.training.writer.tiny_writer import BRANCHES, alone, tiny_writer
from training.writer.packed import Branch, Preference, loss, pack


@pytest.fixture(scope="module")
def model() -> Any:
    return tiny_writer()


def test_branches_do_not_see_each_other(model: Any) -> None:
    packed = pack(BRANCHES)
    assert len(packed) == 4 + (2 + 2) + (2 + 1) + 2
    with torch.no_grad():
        together = loss(model, packed) * packed.weight.sum()
        apart = sum(alone(model, branch) for branch in BRANCHES)
    assert float(together) == pytest.approx(float(apart), abs=1e-4)


def test_a_branch_counts_by_its_weight(model: Any) -> None:
    weighed = [Branch(b.prompt, b.answer, w) for b, w in zip(BRANCHES, (1.0, 0.0, 0.0), strict=True)]
    with torch.no_grad():
        assert float(loss(model, pack(weighed))) == pytest.approx(float(alone(model, BRANCHES[0])) / 3, abs=1e-4)


def test_one_branch_alone_is_a_plain_sequence(model: Any) -> None:
    with torch.no_grad():
        assert float(loss(model, pack(BRANCHES[:1]))) == pytest.approx(float(alone(model, BRANCHES[0])) / 3, abs=1e-4)


def test_a_pair_adds_what_its_two_likelihoods_differ_by(model: Any) -> None:
    packed = pack(BRANCHES, pairs=[(1, 0)])
    with torch.no_grad():
        better, worse = (-alone(model, BRANCHES[n]) / len(BRANCHES[n].answer) for n in (1, 0))
        expected = -torch.nn.functional.logsigmoid(2.0 * (better - worse) - 0.5)
        added = loss(model, packed, Preference(weight=3.0, beta=2.0, margin=0.5)) - loss(model, packed)
    assert float(added) == pytest.approx(3.0 * float(expected), abs=1e-4)
