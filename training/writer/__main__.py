"""`python -m training.writer`: train the model that writes and judges."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from deployments import json_lines, weights
from deployments.generator.settings import GeneratorKnobs
from deployments.router.catalogue import FileCatalogue
from serve_app.flow.profiles import load_profiles
from training.writer.corpus import BadCorpus, Entry, held_out, judgements, read
from training.writer.examples import Maker, Mix

app = typer.Typer(
    help="The model that writes and judges: train its adapter.", no_args_is_help=True, add_completion=False,
    pretty_exceptions_enable=False,
)  # fmt: skip
_console = Console(stderr=True, highlight=False)

# glibc gives large blocks back to the system and takes them again, page by page: twice the time of a step.
_MALLOC: Final = {
    "MALLOC_MMAP_THRESHOLD_": "8589934592",
    "MALLOC_TRIM_THRESHOLD_": "17179869184",
    "MALLOC_TOP_PAD_": "268435456",
}


@app.callback()
def main() -> None:
    """The model that writes and judges."""


@app.command()
def train(
    items: Annotated[list[Path], typer.Option(help="Files or folders of items with copies, JSON Lines; repeat it.")],
    out: Annotated[Path, typer.Option(help="Folder for the adapter; checkpoints lie in OUT/checkpoints.")],
    base: Annotated[str, typer.Option(help="Model reference to adapt.")] = "package:smollm2-135m-instruct",
    judged: Annotated[list[Path] | None, typer.Option(help="Models' copies that readers marked.")] = None,
    seen: Annotated[
        int, typer.Option("--count", min=1, help="Items to see in all, the same one again in later passes.")
    ] = 1000,
    until: Annotated[
        int | None, typer.Option(help="Stop after this many; the same command goes on from there.")
    ] = None,
    batch: Annotated[int, typer.Option(min=1, help="Items a step.")] = 4,
    learning_rate: Annotated[float, typer.Option(min=1e-7, max=1e-1)] = 2e-4,
    rank: Annotated[int, typer.Option(min=1, max=256, help="Of the adapter; alpha is twice it.")] = 16,
    first_layer: Annotated[int, typer.Option(min=0, help="Layers below it stay as they are: a faster step.")] = 0,
    few: Annotated[
        bool, typer.Option("--few", help="Adapt four of the seven matrices of a layer: a faster step.")
    ] = False,
    judge_weight: Annotated[float, typer.Option(min=0, help="Of judging, beside 1 for writing.")] = 0.5,
    preference: Annotated[
        float, typer.Option(min=0, help="Of preferring good copies to bad ones, beside 1 for writing.")
    ] = 0.0,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    every: Annotated[int, typer.Option(min=1, help="Steps between checkpoints.")] = 10,
) -> None:
    """Train an adapter, from the last checkpoint if there is one."""
    _restart_with(_MALLOC)
    import torch  # noqa: PLC0415 - seconds

    from training.writer import tune  # noqa: PLC0415 - seconds

    try:
        entries = [e for e in _with_judged(read(items), judged or []) if not held_out(e)]
    except (BadCorpus, json_lines.NotUtf8) as error:
        _console.print(f"[red]error:[/red] {error}")
        raise typer.Exit(1) from None
    folder = weights.resolve(base)
    maker = maker_for(folder, Mix(judge_weight=judge_weight, worse=2 if preference else 0))
    recipe = tune.Recipe(
        items=seen,
        batch=batch,
        learning_rate=learning_rate,
        rank=rank,
        alpha=2 * rank,
        first_layer=first_layer,
        few=few,
        preference=preference,
        seed=seed,
    )
    trainer = tune.Trainer(tune.adapted(folder, recipe), recipe)
    if trainer.resume(out / "checkpoints"):
        _console.print(f"going on from item {trainer.seen}")
    picked = tune.order(len(entries), seen, seed)
    bar = Progress(
        TextColumn("loss {task.fields[loss]:.3f}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        TimeRemainingColumn(), console=_console,
    )  # fmt: skip
    log = out / "loss.jsonl"
    out.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    with bar, log.open("a", encoding="utf-8") as lines:
        task = bar.add_task("", total=until or seen, completed=trainer.seen, loss=float("nan"))

        def report(done: int, value: float) -> None:
            bar.update(task, completed=done, loss=value)
            lines.write(
                json.dumps({"items": done, "loss": round(value, 4), "s": round(time.monotonic() - started)}) + "\n"
            )
            lines.flush()

        trainer.train(
            lambda i: maker.example(entries[picked[i]], entries, np.random.default_rng([seed, i])),
            out / "checkpoints", every, report, until,
        )  # fmt: skip
    with torch.no_grad():
        tune.save_adapter(trainer.model, out, base)
    _console.print(f"adapter in {out}, {trainer.seen} items seen")


@app.command()
def sample(
    items: Annotated[list[Path], typer.Option(help="Files or folders of items, JSON Lines; repeat it.")],
    out: Annotated[Path, typer.Option(help="JSON Lines; items in it already are not written again.")],
    model: Annotated[str, typer.Option(help="Model reference; BASE+FOLDER for an adapter.")],
    held: Annotated[bool, typer.Option("--held-out", help="Only the items that training leaves out.")] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many items.")] = None,
    language: Annotated[list[str] | None, typer.Option(help="Only these languages.")] = None,
    profile: Annotated[str, typer.Option(help="Length profile.")] = "default",
    categories: Annotated[int, typer.Option(min=1)] = 4,
    candidates: Annotated[int, typer.Option(min=1, help="In each category.")] = 2,
    temperature: Annotated[float | None, typer.Option(min=0, max=2, help="Instead of the knob's default.")] = None,
    at_once: Annotated[
        int, typer.Option(min=1, help="Items in the engine at once; a step reads all weights, however many.")
    ] = 4,
    seed: Annotated[int, typer.Option(min=0)] = 0,
) -> None:
    """Write candidates as serving would, each with the model's word on whether it is fit."""
    from training.writer.sample import Studio, written  # noqa: PLC0415 - the engine

    try:
        entries = [e for e in read(items) if not held or held_out(e)]
    except (BadCorpus, json_lines.NotUtf8) as error:
        _console.print(f"[red]error:[/red] {error}")
        raise typer.Exit(1) from None
    done = {json.loads(line)["id"] for _, line in json_lines.read(out)} if out.exists() else set()
    entries = [e for e in entries if not language or e.item.language in language][:limit]
    entries = [e for e in entries if e.id not in done]
    knobs = GeneratorKnobs() if temperature is None else GeneratorKnobs(temperature=temperature)
    languages = sorted({e.item.language for e in entries})
    if not entries:
        _console.print("nothing left to write")
        return

    async def run() -> None:
        studio = Studio(
            model, load_profiles("configs/profiles.yaml")[profile], languages, knobs, at_once * categories * candidates
        )
        bar = Progress(
            TextColumn("items"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn(),
            console=_console,
        )  # fmt: skip
        async with studio:
            with bar, out.open("a", encoding="utf-8") as lines:
                task = bar.add_task("", total=len(entries))
                async for rows in written(studio, entries, categories, candidates, seed, at_once):
                    lines.writelines(json.dumps(one, ensure_ascii=False) + "\n" for one in rows)
                    lines.flush()
                    bar.advance(task)

    asyncio.run(run())


@app.command()
def calibrate(
    items: Annotated[list[Path], typer.Option(help="Files or folders of items, JSON Lines; repeat it.")],
    marks: Annotated[list[Path], typer.Option(help="Rows of `sample` with a reader's `fit`; repeat it.")],
    out: Annotated[Path, typer.Option(help="Folder for fit.json, which serves, and fit_report.json.")],
) -> None:
    """Make the model's two numbers a probability, on marked copies of items that taught nothing."""
    from training.writer.calibrate import fitted  # noqa: PLC0415 - scipy

    try:
        entries = [e for e in _with_judged(read(items), marks) if held_out(e) and e.judged]
        calibration, report = fitted(entries)
    except (BadCorpus, json_lines.NotUtf8) as error:
        _console.print(f"[red]error:[/red] {error}")
        raise typer.Exit(1) from None
    out.mkdir(parents=True, exist_ok=True)
    (out / "fit.json").write_text(calibration.model_dump_json(indent=2) + "\n", encoding="utf-8")
    (out / "fit_report.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(report) + "\n")


def maker_for(folder: str, mix: Mix) -> Maker:
    """Examples by the tokenizer in `folder`, the shipped catalogue and the shipped length profiles."""
    from transformers import AutoTokenizer  # noqa: PLC0415 - seconds

    tokenizer: Any = AutoTokenizer.from_pretrained(folder)
    added = tokenizer.added_tokens_decoder.values()
    control = tuple({*tokenizer.all_special_tokens, *(token.content for token in added if token.special)})
    catalogue = FileCatalogue(kind="file").load()
    return Maker(
        tokenizer, control, {c.category: c for c in catalogue.categories}, load_profiles("configs/profiles.yaml"), mix
    )


def _with_judged(entries: list[Entry], judged: list[Path]) -> list[Entry]:
    marks = judgements(judged)
    return [e.model_copy(update={"judged": tuple(marks.get(e.id, ()))}) for e in entries]


def _restart_with(variables: dict[str, str]) -> None:
    """glibc reads them when a process starts."""
    if all(os.environ.get(name) for name in variables):
        return
    os.execve(sys.executable, [sys.executable, "-m", "training.writer", *sys.argv[1:]], os.environ | variables)  # noqa: S606


if __name__ == "__main__":
    app()
