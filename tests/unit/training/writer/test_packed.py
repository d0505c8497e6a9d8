"""A packed sequence gives each branch the loss that it has alone, and training moves the adapter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from training.writer import tune
from training.writer.packed import Branch, Preference, loss, pack

SHARED = (5, 6, 7, 8)
BRANCHES = [
    Branch((*SHARED, 9, 10), (11, 12, 3)),
    Branch((*SHARED, 9, 13), (14, 3)),
    Branch((*SHARED, 15, 10), (16,)),
]


@pytest.fixture(scope="module")
def model() -> Any:
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=32, hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=1, max_position_embeddings=64,
    )  # fmt: skip
    return LlamaForCausalLM(config).eval()


def alone(model: Any, branch: Branch) -> torch.Tensor:
    """Sum of the cross entropies of one branch's answer, as a plain sequence."""
    ids = torch.tensor([[*branch.prompt, *branch.answer]])
    logits = model(input_ids=ids).logits[0, len(branch.prompt) - 1 : -1]
    return torch.nn.functional.cross_entropy(logits, torch.tensor(branch.answer), reduction="sum")


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


def test_preferring_moves_the_better_branch_ahead_though_neither_is_learnt(model: Any, tmp_path: Path) -> None:
    model.save_pretrained(tmp_path / "base")
    weighed = [Branch(b.prompt, b.answer, w) for b, w in zip(BRANCHES, (0.0, 0.0, 1.0), strict=True)]
    recipe = tune.Recipe(items=24, batch=2, learning_rate=5e-2, warmup=1, rank=4, alpha=8, preference=1.0)
    trainer = tune.Trainer(tune.adapted(str(tmp_path / "base"), recipe), recipe)

    def lead(judged: Any) -> float:
        with torch.no_grad():
            first, second = (alone(judged, BRANCHES[n]) / len(BRANCHES[n].answer) for n in (1, 0))
        return float(first - second)

    before = lead(model)
    trainer.train(lambda _: pack(weighed, pairs=[(0, 1)]), tmp_path / "checkpoints", 100, lambda *_: None)
    assert lead(trainer.model) > before + 0.2


def test_training_stops_and_goes_on_as_if_it_had_not_stopped(model: Any, tmp_path: Path) -> None:
    model.save_pretrained(tmp_path / "base")
    recipe = tune.Recipe(items=24, batch=2, learning_rate=5e-2, warmup=1, rank=4, alpha=8)

    def trained(checkpoints: Path, *stops: int | None) -> list[torch.Tensor]:
        for stop in stops:
            trainer = tune.Trainer(tune.adapted(str(tmp_path / "base"), recipe), recipe)
            trainer.resume(checkpoints)
            trainer.train(lambda _: pack(BRANCHES), checkpoints, 100, lambda *_: None, stop)
        assert trainer.seen == 24
        with torch.no_grad():
            assert float(loss(trainer.model, pack(BRANCHES))) < float(loss(model, pack(BRANCHES))) - 0.1
        return [p.detach().float() for p in trainer.model.parameters() if p.requires_grad]

    unbroken, pieces = trained(tmp_path / "whole", None), trained(tmp_path / "pieces", 10, None)
    assert all(torch.equal(a, b) for a, b in zip(unbroken, pieces, strict=True))
