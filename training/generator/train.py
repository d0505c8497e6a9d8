"""`python -m training.generator train`: a LoRA adapter from examples."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.markup import escape

from deployments import weights
from deployments.errors import Misconfigured
from deployments.generator.prompt import PROMPT_REVISION
from training.generator import runs, tokens
from training.generator.card import card
from training.generator.tokens import BadExamples, Tokens

_console = Console(stderr=True, highlight=False)
_HELD_OUT: Final = 200  # examples on which the loss is measured before and after: half a minute each


def train(
    data: Annotated[list[Path], typer.Option("--data", help="Folder of `build` or `sample`; may be given repeatedly.")],
    out: Annotated[Path, typer.Option(help="Folder for the adapter, its report and its card.")],
    base: Annotated[str, typer.Option(help="Model reference to adapt.")] = "package:smollm2-135m-instruct",
    start: Annotated[Path | None, typer.Option(help="Adapter to go on from; a new one by default.")] = None,
    draws: Annotated[int, typer.Option(min=8, help="Examples drawn in all, by evidence, support and style.")] = 4000,
    batch: Annotated[int, typer.Option(min=1, help="Examples a step.")] = 8,
    learning_rate: Annotated[float, typer.Option(min=1e-7, max=1e-1)] = 8e-4,
    rank: Annotated[int, typer.Option(min=1, max=256, help="Of the adapter; alpha equals it.")] = 32,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on the last line of the output.")] = False,
) -> None:
    """Fine-tune a LoRA adapter with the loss on the answers. Started again after a stop, it goes on where it was."""
    from training.generator import tune  # noqa: PLC0415 - torch and transformers take seconds

    try:
        began = time.monotonic()
        recipe = tune.Recipe(draws=draws, batch=batch, learning_rate=learning_rate, rank=rank, alpha=rank, seed=seed)
        rows, held = tokens.read(data, "train.jsonl"), tokens.read(data, "held_out.jsonl")
        if not rows:
            raise BadExamples(f"--data: no train.jsonl with examples in {', '.join(str(d) for d in data)}")
        model, tokenizer = runs.loaded(base)
        picked = tokens.drawn(rows, recipe.draws, recipe.seed)
        _console.print(f"{len(rows)} examples, {recipe.draws} draws of {len(set(picked.tolist()))} of them")
        sequences = [tokens.tokens_of(rows[i], tokenizer) for i in picked]
        sequences = [sequences[i] for i in tokens.by_length([len(s) for s in sequences], recipe.batch, recipe.seed)]
        unseen = [tokens.tokens_of(row, tokenizer) for row in held[:_HELD_OUT]]
        before = _loss(model, unseen, "the base")
        model = tune.adapted(model, recipe, start)
        losses = tune.tune(model, sequences, recipe, out / "checkpoints" / runs.run_name(recipe, base, sequences))
        after = _loss(model, unseen, "the adapter")
        tune.save(model, out, base)
        report = {
            "base": weights.public_name(base),
            "base_revision": weights.revision(base),
            "prompt_revision": PROMPT_REVISION,
            "started_from": start.name if start else None,
            "recipe": asdict(recipe),
            "data": runs.data_of(rows, data, "train.jsonl"),
            "loss": losses,
            "held_out_loss": {"examples": len(unseen), "base": before, "adapter": after},
            "seconds": round(time.monotonic() - began, 1),
            "versions": runs.versions(),
        }
        (out / "report.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
        card(out)
        shutil.rmtree(out / "checkpoints")
    except (BadExamples, Misconfigured) as error:
        _console.print(f"[red]error:[/red] {escape(str(error))}")
        raise typer.Exit(2) from None
    _console.print(f"the adapter is in {out}, after {report['seconds']} s")
    if as_json:
        sys.stdout.write(json.dumps(report) + "\n")


def _loss(model: Any, rows: Sequence[Tokens], what: str) -> float | None:
    """Nats a token of answers that were not trained on; None where there are none."""
    from training.generator import tune  # noqa: PLC0415 - seconds

    if not rows:
        return None
    found = round(tune.mean_loss(model, rows), 4)
    _console.print(f"loss of {what} on {len(rows)} examples held out: {found} nats a token")
    return found
