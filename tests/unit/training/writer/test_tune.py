"""Training moves the LoRA adapter, and goes on from a checkpoint as if it had not stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from tests.unit.training.writer.tiny_writer import BRANCHES, alone, tiny_writer
from training.writer import tune
from training.writer.packed import Branch, loss, pack


@pytest.fixture(scope="module")
def model() -> Any:
    return tiny_writer()


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


def test_every_pass_sees_every_entry_once_in_an_order_of_its_own() -> None:
    drawn = tune.order(5, 12, seed=3)
    assert len(drawn) == 12
    assert sorted(drawn[:5]) == sorted(drawn[5:10]) == list(range(5))
    assert drawn[:5] != drawn[5:10]
