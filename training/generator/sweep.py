"""`python -m training.generator sweep`: the sampling settings under which an adapter writes the most usable copies."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.markup import escape
from rich.table import Table

from deployments import weights
from deployments.errors import Misconfigured, PushGenError
from deployments.generator.prompt import PROMPT_REVISION
from deployments.generator.settings import GeneratorKnobs
from training.arms import BadArms
from training.generator import bench, drafts, measures
from training.generator.evaluate import bar, console, write
from training.generator.stories import folds_of, stories

KNOBS: Final = ("temperature", "min_p", "repetition_penalty", "top_p")
# One knob at a time around the default, then corners, where two of them might make up for each other.
AROUND: Final[dict[str, tuple[float, ...]]] = {
    "temperature": (0.5, 0.7, 1.0),
    "min_p": (0.05, 0.1, 0.25),
    "repetition_penalty": (1.0, 1.04, 1.12),
    "top_p": (0.85, 0.95),
}
CORNERS: Final[tuple[dict[str, float], ...]] = (
    {"temperature": 1.0, "min_p": 0.25},
    {"temperature": 1.0, "repetition_penalty": 1.0},
    {"temperature": 0.5, "min_p": 0.05},
    {"temperature": 0.5, "repetition_penalty": 1.0},
)
RULE: Final = (
    "of the settings whose share of usable candidates (valid, finished, grounded, in their category, distinct) is "
    "within one standard error of the largest, the highest mean reward of the selected copies; of equal ones the more "
    "usable."
)
_SHOWN: Final = {
    "usable": "usable",
    "valid_and_finished": "finished",
    "grounded": "grounded",
    "category_followed": "in style",
    "distinct": "distinct",
    "selected_reward": "reward",
}


def grid() -> list[GeneratorKnobs]:
    """The default first."""
    moves = [{knob: value} for knob, values in AROUND.items() for value in values]
    return [GeneratorKnobs(), *(GeneratorKnobs().model_copy(update=move) for move in (*moves, *CORNERS))]


def sweep(
    arms: Annotated[Path, typer.Option("--arms", help="CSV or Parquet, as for training.reward.")],
    out: Annotated[Path, typer.Option(help="Folder for sweep.json and sweep.png; may be the adapter's.")],
    adapter: Annotated[str, typer.Option(help="Folder of `train`; '' sweeps the base alone.")] = "models/generator",
    base: Annotated[
        str, typer.Option(help="Model reference that the adapter is for.")
    ] = "package:smollm2-135m-instruct",
    items: Annotated[int, typer.Option(min=1, help="Stories for each setting.")] = 24,
    held_out: Annotated[str, typer.Option("--test-folds", help="Comma-separated; never trained on.")] = "2,3",
    reward: Annotated[Path, typer.Option(help="Folder of the reward model.")] = Path("models/reward"),
    seed: Annotated[int, typer.Option(min=0, help="Draws the stories; that of `eval` keeps them apart.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on the last line of the output.")] = False,
) -> None:
    """Measure temperature, min_p, top_p and repetition penalty as `eval` measures, with one engine for all settings.

    The stories are the last in the order of which `eval` takes the first: nothing was trained on them, and what `eval`
    reports is not chosen by them. The best of many settings is flattered by chance: `eval` says what it is worth.
    """
    try:
        _require_matplotlib()
        started = time.monotonic()
        model = bench.merged(base, adapter) if adapter else base
        folds = folds_of(held_out)
        told = stories(arms, folds, seed=seed)[-items:]
        score, reward_revision = bench.scorer(reward)
        tasks = bench.tasks(told)
        settings = grid()
        with bar() as progress:
            line = progress.add_task(f"{len(settings)} settings", total=len(settings) * len(tasks))
            step = partial(progress.advance, line)
            found = drafts.write_each(bench.generator(model), settings, tasks, step=step)
        points = [
            {"knobs": _knobs(knobs)} | measures.summary(measures.written(told, tasks, each, score))
            for knobs, each in zip(settings, found, strict=True)
        ]
        chosen = best(points)
        report = {
            "rule": RULE,
            "best": chosen,
            "default": points[0],
            "points": points,
            "items": len(told),
            "folds": list(folds),
            "seed": seed,
            "base": weights.public_name(base),
            "model_revision": weights.revision(model),
            "prompt_revision": PROMPT_REVISION,
            "reward_revision": reward_revision,
            "seconds": round(time.monotonic() - started, 1),
        }
        out.mkdir(parents=True, exist_ok=True)
        write(out / "sweep.json", report)
        plot(points, out / "sweep.png")
    except (BadArms, Misconfigured) as error:
        console.print(f"[red]error:[/red] {escape(str(error))}")
        raise typer.Exit(2) from None
    except PushGenError as error:
        console.print(f"[red]error:[/red] the generator gave up: {escape(str(error))}")
        raise typer.Exit(1) from None
    console.print(_table(points))
    console.print(f"best by {RULE}\n  {_said(chosen['knobs'])}")
    if as_json:
        sys.stdout.write(json.dumps(report) + "\n")


def best(points: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """By RULE; of points that are equal in both the first.

    The one-standard-error rule (Breiman et al., 1984): the largest of many shares is mostly the luckiest. An earlier
    choice by the share alone was distinct for 0.95 of these candidates and for 0.87 of those of `eval`.
    """
    top = max(points, key=lambda point: point["usable"])
    low, high = top["intervals"]["usable"]
    near = [point for point in points if point["usable"] >= top["usable"] - (high - low) / (2 * 1.96)]
    return max(near, key=lambda point: (point["selected_reward"] or float("-inf"), point["usable"]))


def _knobs(knobs: GeneratorKnobs) -> dict[str, float]:
    return {name: getattr(knobs, name) for name in KNOBS}


def _said(knobs: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in knobs.items())


def _table(points: Sequence[dict[str, Any]]) -> Table:
    made = Table("temp.", "min_p", "penalty", "top_p", *_SHOWN.values(), box=None)
    for point in sorted(points, key=lambda point: -point["usable"]):
        measured = ("-" if point[name] is None else f"{point[name]:.3f}" for name in _SHOWN)
        made.add_row(*(f"{point['knobs'][name]:g}" for name in KNOBS), *measured)
    return made


def _require_matplotlib() -> None:
    try:
        import matplotlib.figure  # noqa: F401, PLC0415 - only a picture needs it
    except ImportError:
        raise Misconfigured("sweep draws with matplotlib: pip install -e '.[train]'") from None


def plot(points: Sequence[dict[str, Any]], path: Path) -> None:
    """A panel for each knob: what its values are worth while the others stay at the default."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - only a picture needs it

    default = points[0]["knobs"]
    figure = Figure(figsize=(11, 8), layout="constrained")
    panels = figure.subplots(2, 2, sharey=True).flat
    for knob, axes in zip(KNOBS, panels, strict=True):
        line = [p for p in points if all(p["knobs"][other] == default[other] for other in KNOBS if other != knob)]
        line.sort(key=lambda point: point["knobs"][knob])
        at = [point["knobs"][knob] for point in line]
        for name, label in list(_SHOWN.items())[:-1]:  # a reward is no share
            axes.plot(at, [point[name] for point in line], marker="o", label=label)
        low, high = zip(*(point["intervals"]["usable"] for point in line), strict=True)
        axes.fill_between(at, low, high, alpha=0.15)
        axes.axvline(default[knob], color="grey", linewidth=0.8, linestyle=":")
        axes.set_xlabel(knob.replace("_", " "))
        axes.grid(alpha=0.3)
    figure.axes[0].legend(fontsize="small")
    figure.supylabel("share of candidates; band: 95% interval of usable")
    figure.savefig(path, dpi=110)
