"""Preference tuning, on a Llama of a few thousand random weights."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from typer.testing import CliRunner, Result

from deployments.engines import adapters
from tests.unit.training.generator import tiny_llama
from training.generator import dpo, tune
from training.generator.__main__ import app
from training.generator.tokens import Tokens

RECIPE = dpo.Recipe(draws=96, batch=4, learning_rate=3e-3)
START = tune.Recipe(draws=24, batch=4, rank=4, alpha=4, learning_rate=1e-2)
CHOSEN, REJECTED = (7, 7, 9, 63), (7, 7, 7, 63)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    with tiny_llama.one_thread():
        yield


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tiny_llama.saved(tmp_path / "base")


@pytest.fixture
def start(folder: Path, tmp_path: Path) -> Path:
    """An adapter that already gives the chosen answer mostly: DPO alone lowers both from there."""
    model = tune.adapted(tune.load(str(folder)), START)
    rows = [chosen for chosen, _ in answers(240, seed=2)]
    tune.tune(model, rows, START, tmp_path / "first")
    tune.save(model, tmp_path / "start", str(folder))
    return tmp_path / "start"


def answers(count: int, seed: int = 0) -> list[tuple[Tokens, Tokens]]:
    """Prompts differ, and of the two answers always the same one is chosen."""
    first = torch.randint(1, 60, (count,), generator=torch.Generator().manual_seed(seed)).tolist()
    prompts = [(word, 61, *range(1, 2 + i % 5)) for i, word in enumerate(first)]
    return [(Tokens(prompt, CHOSEN), Tokens(prompt, REJECTED)) for prompt in prompts]


def adapted(folder: Path, start: Path) -> Any:
    return tune.adapted(tune.load(str(folder)), START, start)


def likelihoods(model: Any, both: list[tuple[Tokens, Tokens]]) -> np.ndarray:
    return dpo.logprobs(model, [row for pair in both for row in pair]).reshape(-1, 2)


def referred(model: Any, both: list[tuple[Tokens, Tokens]]) -> list[dpo.Pair]:
    known = likelihoods(model, both).tolist()
    return [dpo.Pair(*pair, (chosen, rejected)) for pair, (chosen, rejected) in zip(both, known, strict=True)]


def after(folder: Path, start: Path, checkpoints: Path, anchor: float) -> dict[str, float]:
    """How a model tuned on some pairs stands on others."""
    model = adapted(folder, start)
    pairs, unseen = referred(model, answers(RECIPE.draws)), referred(model, answers(20, seed=1))
    recipe = dpo.Recipe(draws=RECIPE.draws, batch=4, learning_rate=RECIPE.learning_rate, anchor=anchor)
    dpo.tune_pairs(model, pairs, recipe, checkpoints)
    return dpo.standing(unseen, likelihoods(model, answers(20, seed=1)))


def test_the_loss_begins_at_log_2_and_the_anchor(folder: Path, start: Path) -> None:
    model = adapted(folder, start).float()
    pairs = referred(model, answers(6))
    nll = -np.mean([pair.reference[0] / len(CHOSEN) for pair in pairs])
    batch = dpo.collate(pairs)
    assert dpo.loss(model, batch, beta=0.1, anchor=0).item() == pytest.approx(math.log(2), rel=1e-4)
    assert dpo.loss(model, batch, beta=0.1, anchor=2).item() == pytest.approx(math.log(2) + 2 * nll, rel=1e-4)


def test_the_loss_is_that_of_the_formula_away_from_the_start(folder: Path, start: Path) -> None:
    model = adapted(folder, start).float()
    [pair] = referred(model, answers(1))
    (w, l), shift = pair.reference, (-1.5, 0.5)  # noqa: E741 - as the formula has it
    batch = dpo.collate([pair._replace(reference=(w + shift[0], l + shift[1]))])
    margin = 0.3 * (1.5 + 0.5)
    assert dpo.loss(model, batch, beta=0.3, anchor=0).item() == pytest.approx(math.log1p(math.exp(-margin)), rel=1e-4)


def test_training_rewards_the_chosen_answers_of_other_prompts_and_the_anchor_keeps_them_likely(
    folder: Path, start: Path, tmp_path: Path
) -> None:
    model = adapted(folder, start)
    unseen = referred(model, answers(20, seed=1))
    before = dpo.standing(unseen, np.array([pair.reference for pair in unseen]))
    assert (before["chosen_rewarded"], before["margin"]) == (0.5, 0)
    anchored = after(folder, start, tmp_path / "anchored", anchor=1.0)
    alone = after(folder, start, tmp_path / "alone", anchor=0.0)
    assert min(anchored["chosen_rewarded"], alone["chosen_rewarded"]) > 0.8
    assert anchored["margin"] > 0.5
    assert anchored["chosen_nll"] < before["chosen_nll"] < alone["chosen_nll"]


def test_a_report_counts_pairs_and_tokens() -> None:
    pairs = [dpo.Pair(*pair, (-4.0, -5.0)) for pair in answers(4)]
    now = np.array([[-3.0, -5.0], [-6.0, -5.5], [-4.0, -5.0], [-4.0, -3.0]])
    assert dpo.standing(pairs, now) == {
        "chosen_likelier": 0.5,
        "chosen_rewarded": 0.375,  # gained more in the first, as much in the third
        "margin": round((1 - 1.5 + 0 - 2) / 4, 4),
        "chosen_nll": round((3 + 6 + 4 + 4) / 16, 4),
    }


def test_a_stopped_run_goes_on_from_its_checkpoint(folder: Path, start: Path, tmp_path: Path) -> None:
    pairs = referred(adapted(folder, start), answers(48))  # 12 steps
    dpo.tune_pairs(adapted(folder, start), pairs, RECIPE, tmp_path / "checkpoints", every=5)
    state = json.loads(next((tmp_path / "checkpoints").glob("checkpoint-*/trainer_state.json")).read_text())
    assert state["global_step"] == 12
    model = adapted(folder, start)
    again = dpo.tune_pairs(model, pairs, RECIPE, tmp_path / "checkpoints", every=5)
    assert len(again) == 1  # the log is the whole run's, read from the checkpoint
    standing = dpo.standing(pairs, likelihoods(model, answers(48)))
    assert standing["margin"] > 0  # what was learnt before the stop is there


def tokenizer(folder: Path) -> None:
    """A word a token: those of the answers, and the rest unknown."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    words = ["<unk>", *(f"w{n}" for n in range(1, 63)), "<end>"]
    made = Tokenizer(models.WordLevel({word: n for n, word in enumerate(words)}, unk_token="<unk>"))  # noqa: S106
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    template = "{% for m in messages %}{{ m['content'] }} {% endfor %}"
    fast: Any = PreTrainedTokenizerFast
    fast(tokenizer_object=made, eos_token="<end>", unk_token="<unk>", chat_template=template).save_pretrained(folder)  # noqa: S106


@pytest.fixture
def data(folder: Path, tmp_path: Path) -> Path:
    tokenizer(folder)
    (tmp_path / "data").mkdir()
    for name, count, seed in (("pairs", 16, 0), ("held_out_pairs", 8, 1)):
        rows = [
            {
                "messages": [{"role": "user", "content": " ".join(f"w{n}" for n in chosen.prompt)}],
                "chosen": " ".join(f"w{n}" for n in CHOSEN[:-1]),
                "rejected": " ".join(f"w{n}" for n in REJECTED[:-1]),
                "category": "", "gap": 1.5, "cluster": "1", "fold": 0, "profile": "default", "fields": ["body"],
            }
            for chosen, _ in answers(count, seed)
        ]  # fmt: skip
        (tmp_path / "data" / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path / "data"


def run(folder: Path, start: Path, data: Path, out: Path, *more: str) -> Result:
    named = ("--data", str(data), "--start", str(start), "--out", str(out), "--base", str(folder))
    return CliRunner().invoke(app, ["prefer", *named, "--draws", "96", "--learning-rate", "3e-3", *more])


def test_prefer_writes_an_adapter_that_serves_its_report_and_its_card(
    folder: Path, start: Path, data: Path, tmp_path: Path
) -> None:
    (start / "report.json").write_text(json.dumps({"recipe": {"draws": 24}}))
    result = run(folder, start, data, tmp_path / "out", "--json")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout.splitlines()[-1])
    assert report == json.loads((tmp_path / "out" / "report.json").read_text())
    held = report["held_out_pairs"]
    assert held["pairs"] == 8
    assert held["before"]["chosen_rewarded"] == 0.5
    assert held["after"]["chosen_rewarded"] > 0.8
    assert held["after"]["chosen_nll"] < held["before"]["chosen_nll"]
    assert report["data"]["examples"] == 16
    assert report["started_from"] == {"adapter": "start", "recipe": {"draws": 24}}
    assert adapters.load({"a": str(tmp_path / "out")}, 8, str(folder), str(folder))["a"].rank == 4
    assert "beta" in (tmp_path / "out" / "README.md").read_text()
    assert not (tmp_path / "out" / "checkpoints").exists()


def test_what_cannot_be_tuned_is_said_in_a_line(folder: Path, start: Path, data: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "pairs.jsonl").write_text('{"messages": [], "chosen": "w1", "category": ""}\n')
    for result, message in (
        (run(folder, tmp_path / "empty", data, tmp_path / "out"), "--start: 'empty' is no adapter"),
        (run(folder, start, data, start), "--out: is the folder of --start"),
        (run(folder, start, tmp_path / "empty", tmp_path / "out"), "no pairs.jsonl with pairs"),
        (run(folder, start, bad, tmp_path / "out"), "pairs.jsonl, line 1: no example as `build` writes them"),
    ):
        assert result.exit_code == 2
        assert message in " ".join(result.stderr.split())
        assert "Traceback" not in result.output
