"""`python -m training.generator eval`: what an adapter is worth on stories held out, beside its base."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from deployments import weights
from deployments.errors import Misconfigured, PushGenError
from deployments.generator.prompt import PROMPT_REVISION
from deployments.generator.settings import GeneratorKnobs
from training.arms import BadArms
from training.generator import bench, drafts, measures
from training.generator.card import card
from training.generator.measures import Written
from training.generator.stories import folds_of, stories

SAMPLES: Final = 20
console = Console(stderr=True, highlight=False)


def evaluate(
    arms: Annotated[Path, typer.Option("--arms", help="CSV or Parquet, as for training.reward.")],
    adapter: Annotated[str, typer.Option(help="Folder of `train`; '' measures the base alone.")] = "models/generator",
    base: Annotated[
        str, typer.Option(help="Model reference that the adapter is for.")
    ] = "package:smollm2-135m-instruct",
    items: Annotated[int, typer.Option(min=1, help="Stories; 200 begin with the same as 100.")] = 100,
    held_out: Annotated[str, typer.Option("--test-folds", help="Comma-separated; never trained on.")] = "2,3",
    reward: Annotated[Path, typer.Option(help="Folder of the reward model.")] = Path("models/reward"),
    out: Annotated[Path | None, typer.Option(help="File for every candidate and what was found of it.")] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Write eval.json, samples.json and the card into the adapter's folder.")
    ] = False,
    titles: Annotated[
        bool, typer.Option(help="Items have one of the story's copies as title; else lede and excerpt alone.")
    ] = True,
    openings: Annotated[
        bool, typer.Option(help="Hold categories to their openings, as serving does; else by the instruction alone.")
    ] = True,
    seed: Annotated[int, typer.Option(min=0, help="Draws the stories.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on the last line of the output.")] = False,
) -> None:
    """Write for held-out stories with the adapter merged and without it, as serving does, and compare by rules.

    The router picks four categories a story, two candidates each; the prompt, the grammar, the sampling and the
    selection are those that serve. `usable`: valid, finished, grounded, in its category and distinct.
    """
    try:
        if keep and not adapter:
            raise BadArms("--keep writes into the adapter's folder: give --adapter, too")
        models = {"tuned": bench.merged(base, adapter)} if adapter else {}
        models["base"] = base
        folds = folds_of(held_out)
        told = stories(arms, folds, items, seed, titles)
        score, reward_revision = bench.scorer(reward)
        tasks = bench.tasks(told, openings=openings)
        console.print(f"{len(told)} stories, {sum(len(t.plan) * t.candidates_per_category for t in tasks)} candidates")
        found: dict[str, list[Written]] = {}
        report: dict[str, Any] = {}
        with bar() as progress:
            for name, model in models.items():
                started = time.monotonic()
                line = progress.add_task(f"writing with {name}", total=len(tasks))
                step = partial(progress.advance, line)
                written = drafts.write(bench.generator(model), GeneratorKnobs(), tasks, step=step)
                found[name] = measures.written(told, tasks, written, score)
                report[name] = measures.summary(found[name]) | {"seconds": round(time.monotonic() - started, 1)}
        report["items"] = len(told)
        about = {
            "base": weights.public_name(base),
            "models": {name: weights.revision(model) for name, model in models.items()},
            "prompt_revision": PROMPT_REVISION,
            "reward_revision": reward_revision,
            "knobs": GeneratorKnobs().model_dump(mode="json"),
            "folds": list(folds),
            "titles": titles,
            "openings": openings,
            "seed": seed,
        }
        if out is not None:
            out.parent.mkdir(parents=True, exist_ok=True)
            write(out, report | {"about": about, "stories": raw(found)})
        if keep:
            write(Path(adapter) / "eval.json", report | {"about": about})
            write(Path(adapter) / "samples.json", samples(found["tuned"]))
            card(Path(adapter))
    except (BadArms, Misconfigured) as error:
        console.print(f"[red]error:[/red] {escape(str(error))}")
        raise typer.Exit(2) from None
    except PushGenError as error:
        console.print(f"[red]error:[/red] the generator gave up: {escape(str(error))}")
        raise typer.Exit(1) from None
    if as_json:
        sys.stdout.write(json.dumps(report) + "\n")
    else:
        console.print_json(data=report)


def bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, TimeRemainingColumn(), console=console)


def raw(found: Mapping[str, Sequence[Written]]) -> list[dict[str, Any]]:
    """One entry a story: its facts, the archive's copies, and by model every candidate."""
    return [
        bench.item_of(each[0].story)
        | {"arms": list(each[0].story.arms), "archive_reward": round(each[0].archive_reward, 4)}
        | {name: [c.raw() for c in written.candidates] for name, written in zip(found, each, strict=True)}
        for each in zip(*found.values(), strict=True)
    ]


def samples(found: Sequence[Written]) -> list[dict[str, Any]]:
    """What would have been sent for the first stories, as they come; `copy` is None where no candidate passed."""
    return [
        bench.item_of(each.story) | {"copy": each.selected.raw() if each.selected else None}
        for each in found[:SAMPLES]
    ]  # fmt: skip


def write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
