"""LoRA fine-tuning, on a Llama of a few thousand random weights."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open

from deployments.engines import adapters
from tests.unit.training.generator import tiny_llama
from training.generator import tune
from training.generator.tokens import Tokens

BASE = "package:smollm2-135m-instruct"
RECIPE = tune.Recipe(draws=24, batch=4, rank=4, alpha=16, learning_rate=1e-2)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    with tiny_llama.one_thread():
        yield


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tiny_llama.saved(tmp_path / "base")


def sequences(count: int = 24) -> list[Tokens]:
    """Prompts differ, the answer is always the same: something to learn."""
    starts = torch.randint(1, 60, (count,), generator=torch.Generator().manual_seed(0)).tolist()
    return [Tokens((start, 61, *range(1, 2 + i % 5)), (7, 7, 9, 63)) for i, start in enumerate(starts)]


def trained(folder: Path, checkpoints: Path, rows: list[Tokens]) -> tuple[Any, list[tuple[int, float]]]:
    model = tune.adapted(tune.load(str(folder)), RECIPE)
    return model, tune.tune(model, rows, RECIPE, checkpoints, every=5)


def test_the_loss_is_that_of_the_answers_tokens_alone(folder: Path) -> None:
    model = tune.load(str(folder)).float().eval()
    batch = tune.collate(sequences(5))
    whole = model(**batch).loss  # transformers' own, over every position with a label
    assert tune.answer_loss(model, batch).item() == pytest.approx(whole.item(), rel=1e-5)
    assert (batch["labels"] != -100).sum() == 5 * 4


def test_the_likelihood_of_a_row_is_that_of_its_answer_alone(folder: Path) -> None:
    model = tune.load(str(folder)).float().eval()
    batch = tune.collate([Tokens((5, 61), (7, 9, 63)), Tokens((5,), (8, 63))])
    found = model(**batch).logits.log_softmax(-1)
    first = found[0, 1, 7] + found[0, 2, 9] + found[0, 3, 63]
    second = found[1, 0, 8] + found[1, 1, 63]
    assert tune.answer_logprobs(model, batch).tolist() == pytest.approx([first.item(), second.item()], rel=1e-5)


def test_training_lowers_the_loss_and_leaves_the_base_as_it_was(folder: Path, tmp_path: Path) -> None:
    rows = sequences() * 10
    model = tune.load(str(folder))
    before, frozen = tune.mean_loss(model, rows), model.model.layers[0].mlp.up_proj.weight.clone()
    model, losses = trained(folder, tmp_path / "checkpoints", rows)
    assert tune.mean_loss(model, rows) < before - 0.5
    assert losses[-1][1] < losses[0][1]
    inner = model.get_base_model().model.layers[0].mlp.up_proj.base_layer.weight
    assert torch.equal(inner.cpu(), frozen.cpu())


def test_a_stopped_run_goes_on_from_its_checkpoint(folder: Path, tmp_path: Path) -> None:
    rows = sequences(48)  # 12 steps
    trained(folder, tmp_path / "checkpoints", rows)
    state = json.loads(next((tmp_path / "checkpoints").glob("checkpoint-*/trainer_state.json")).read_text())
    assert state["global_step"] == 12
    _model, again = trained(folder, tmp_path / "checkpoints", rows)
    assert len(again) == 1  # the log is the whole run's, read from the checkpoint


def test_the_adapter_is_one_that_the_engine_serves(folder: Path, tmp_path: Path) -> None:
    model, _losses = trained(folder, tmp_path / "checkpoints", sequences())
    tune.save(model, tmp_path / "out", BASE)
    found = adapters.load({"a": str(tmp_path / "out")}, 8, BASE, str(folder))["a"]
    assert found.rank == 4
    assert json.loads((tmp_path / "out" / "adapter_config.json").read_text())["base_model_name_or_path"] == BASE
    with safe_open(str(tmp_path / "out" / "adapter_model.safetensors"), framework="pt") as tensors:
        assert {tensors.get_tensor(name).dtype for name in tensors.keys()} == {torch.bfloat16}  # noqa: SIM118


def test_training_goes_on_from_an_adapter(folder: Path, tmp_path: Path) -> None:
    model, _losses = trained(folder, tmp_path / "checkpoints", sequences() * 10)
    tune.save(model, tmp_path / "out", str(folder))
    learnt = tune.mean_loss(model, sequences())
    again = tune.adapted(tune.load(str(folder)), RECIPE, tmp_path / "out")
    assert tune.mean_loss(again, sequences()) == pytest.approx(learnt, rel=0.05)
    assert any(p.requires_grad for p in again.parameters())
