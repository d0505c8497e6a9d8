"""`python -m training.generator prefer`: an adapter tuned on which of two copies readers chose."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.markup import escape
from rich.progress import MofNCompleteColumn, Progress

from deployments import weights
from deployments.errors import Misconfigured
from deployments.generator.prompt import PROMPT_REVISION
from training.generator import runs, tokens
from training.generator.card import CONFIG, card
from training.generator.tokens import BadExamples, Tokens

if TYPE_CHECKING:
    from training.generator import dpo

_console = Console(stderr=True, highlight=False)
_WEIGHTS: Final = "adapter_model.safetensors"
_ANSWERS: Final = ("chosen", "rejected")
_HELD_OUT: Final = 200  # pairs that are measured before and after


def prefer(
    data: Annotated[list[Path], typer.Option("--data", help="Folder of `build`; may be given repeatedly.")],
    start: Annotated[Path, typer.Option(help="Adapter to go on from, of `train`; it is left as it is.")],
    out: Annotated[Path, typer.Option(help="Folder for the adapter, its report and its card.")],
    base: Annotated[str, typer.Option(help="Model reference that the adapter changes.")] = (
        "package:smollm2-135m-instruct"
    ),
    draws: Annotated[int, typer.Option(min=1, help="Pairs drawn in all.")] = 400,
    batch: Annotated[int, typer.Option(min=1, help="Pairs a step.")] = 4,
    learning_rate: Annotated[float, typer.Option(min=1e-8, max=1e-2)] = 5e-5,
    beta: Annotated[float, typer.Option(min=1e-3, max=10, help="How dear it is to leave the start.")] = 0.1,
    anchor: Annotated[float, typer.Option(min=0, max=100, help="Weight of the chosen answer's likelihood.")] = 1.0,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on the last line of the output.")] = False,
) -> None:
    """Teach an adapter which of two copies readers chose (DPO). Started again after a stop, it goes on where it was."""
    from training.generator import dpo, tune  # noqa: PLC0415 - torch and transformers take seconds

    try:
        began = time.monotonic()
        recipe = dpo.Recipe(
            draws=draws, batch=batch, learning_rate=learning_rate, beta=beta, anchor=anchor, seed=seed
        )  # fmt: skip
        before = _start(start, out)
        rows, held = (tokens.read(data, name, _ANSWERS) for name in ("pairs.jsonl", "held_out_pairs.jsonl"))
        if not rows:
            raise BadExamples(f"--data: no pairs.jsonl with pairs in {', '.join(str(d) for d in data)}")
        model, tokenizer = _loaded(base, start)
        picked = tokens.drawn(rows, recipe.draws, recipe.seed)
        _console.print(f"{len(rows)} pairs, {recipe.draws} draws of {len(set(picked.tolist()))} of them")
        drawn = [_tokens(rows[i], tokenizer) for i in picked]
        drawn = [drawn[i] for i in tokens.by_length([max(map(len, pair)) for pair in drawn], batch, seed)]
        checkpoints = out / "checkpoints" / runs.run_name(recipe, base, [_digest(start), *drawn])
        pairs = _referred(model, drawn, "pairs as the start has them")
        unseen = _referred(model, [_tokens(row, tokenizer) for row in held[:_HELD_OUT]], "pairs held out")
        losses = dpo.tune_pairs(model, pairs, recipe, checkpoints)
        report = {
            "base": weights.public_name(base),
            "base_revision": weights.revision(base),
            "prompt_revision": PROMPT_REVISION,
            "method": "DPO with a likelihood anchor",
            "recipe": asdict(recipe),
            "data": runs.data_of(rows, data, "pairs.jsonl"),
            "loss": losses,
            "held_out_pairs": _standings(model, unseen),
            "seconds": round(time.monotonic() - began, 1),
            "versions": runs.versions(),
            "started_from": {"adapter": start.name, **before},
        }
        tune.save(model, out, base)
        (out / "report.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
        card(out)
        shutil.rmtree(out / "checkpoints")
    except (BadExamples, Misconfigured) as error:
        _console.print(f"[red]error:[/red] {escape(str(error))}")
        raise typer.Exit(2) from None
    _console.print(f"the adapter is in {out}, after {report['seconds']} s")
    if as_json:
        sys.stdout.write(json.dumps(report) + "\n")


def _start(start: Path, out: Path) -> dict[str, Any]:
    """The start's own report, as far as it has one: its training is part of what comes of it. Raises Misconfigured."""
    for name in (CONFIG, _WEIGHTS):
        if not (start / name).is_file():
            raise Misconfigured(f"--start: {start.name!r} is no adapter: there is no {name} in it")
    if start.resolve() == out.resolve():
        raise Misconfigured("--out: is the folder of --start, which a second run would not find again; name another")
    path = start / "report.json"
    try:
        return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}
    except (ValueError, TypeError):
        raise Misconfigured(f"--start: report.json of {start.name!r} is no JSON: delete it") from None


def _loaded(base: str, start: Path) -> tuple[Any, Any]:
    """The model with the adapter to go on with, and the tokenizer. Raises Misconfigured."""
    from training.generator import tune  # noqa: PLC0415 - seconds

    model, tokenizer = runs.loaded(base)
    try:
        return tune.adapted(model, tune.Recipe(), start), tokenizer
    except (RuntimeError, ValueError):
        raise Misconfigured(f"--start: {start.name!r} does not fit the layers of --base {base!r}") from None


def _digest(start: Path) -> str:
    return hashlib.sha256((start / _WEIGHTS).read_bytes()).hexdigest()


def _tokens(row: Mapping[str, Any], tokenizer: Any) -> tuple[Tokens, Tokens]:
    """The chosen and the rejected answer, each after the same prompt."""
    chosen, rejected = (tokens.tokens_of({**row, "answer": row[name]}, tokenizer) for name in _ANSWERS)
    return chosen, rejected


def _referred(model: Any, both: Sequence[tuple[Tokens, Tokens]], what: str) -> list[dpo.Pair]:
    """The pairs with what the model, which is at its start, makes of them."""
    from training.generator import dpo  # noqa: PLC0415 - seconds

    known = _likelihoods(model, both, what).tolist()
    return [dpo.Pair(*pair, (chosen, rejected)) for pair, (chosen, rejected) in zip(both, known, strict=True)]


def _likelihoods(model: Any, both: Sequence[tuple[Tokens, Tokens]], what: str) -> NDArray[np.float64]:
    """[pairs, 2] log-probabilities of chosen and rejected answers, each computed once, with a progress bar.

    The same pairs are put into the same batches each time: in bfloat16 others shift an answer by some tenths of a nat.
    """
    from training.generator import dpo  # noqa: PLC0415 - seconds

    rows = list(dict.fromkeys(row for pair in both for row in pair))
    with Progress(*Progress.get_default_columns(), MofNCompleteColumn(), console=_console, transient=True) as bar:
        work = bar.add_task(what, total=len(rows))
        known = dict(zip(rows, dpo.logprobs(model, rows, step=lambda count: bar.advance(work, count)), strict=True))
    return np.array([[known[row] for row in pair] for pair in both])


def _standings(model: Any, pairs: Sequence[dpo.Pair]) -> dict[str, Any] | None:
    """Pairs that were not trained on, before and after; None where there are none."""
    from training.generator import dpo  # noqa: PLC0415 - seconds

    if not pairs:
        return None
    now = _likelihoods(model, [(pair.chosen, pair.rejected) for pair in pairs], "pairs held out")
    before, after = (dpo.standing(pairs, each) for each in (np.array([pair.reference for pair in pairs]), now))
    _console.print(
        f"of {len(pairs)} pairs held out the chosen answer is likelier in {after['chosen_likelier']:.1%} "
        f"(before: {before['chosen_likelier']:.1%}) and gained more in {after['chosen_rewarded']:.1%}; "
        f"its loss is {after['chosen_nll']} nats a token (before: {before['chosen_nll']})"
    )
    return {"pairs": len(pairs), "before": before, "after": after}
