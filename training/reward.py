"""`python -m training.reward`: the reward model from A/B logs, how good it is, why it says so, how far it carries."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import track
from rich.table import Table

from deployments.encoder import DType, Encoder, EncoderSettings
from deployments.errors import Misconfigured
from deployments.json_lines import NotUtf8
from deployments.reward import heads as files
from deployments.reward.model import RewardModel
from deployments.reward.text import render_copy
from serve_app.flow.knobs import FitKnobs, SelectionKnobs
from training import calibrate, captions, card, evaluate, features, lessons, pairs, perturb, pushes, seen, transfer
from training import compare as duel
from training.arms import FOLDS, Arms, BadArms, read
from training.explain import explain as explain_copy
from training.fit import MAX_LENGTH, Recipe, fit
from training.measure import robustness, scored

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
_console = Console(stderr=True, highlight=False)

ArmsFile = Annotated[
    Path, typer.Option("--arms", help="CSV or Parquet: test_id, headline or text, impressions, clicks.")
]
ModelFolder = Annotated[Path, typer.Option("--model", help="Folder that `train` wrote.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on the last line of the output.")]
Precision = Annotated[DType, typer.Option(help="float32 gives the same numbers on every machine.")]


@app.command()
def train(
    arms: ArmsFile,
    out: Annotated[Path, typer.Option(help="Folder for weights, report and card.")],
    encoder: Annotated[str, typer.Option(help="Model reference of the trunk.")] = "package:all-minilm-l6-v2",
    layers: Annotated[
        str, typer.Option(help="Hidden states to read, such as 2,3,4; default: the upper two thirds.")
    ] = "",
    languages: Annotated[
        str, typer.Option(help="Of the archive, comma-separated tags: for items in others the model decides nothing.")
    ] = "en",
    members: Annotated[int, typer.Option(min=2, max=64, help="Heads; their disagreement is the spread.")] = 8,
    push_items: Annotated[
        list[Path] | None,
        typer.Option("--pushes", help="JSON Lines of items with copies, see training/lessons.py; may be repeated."),
    ] = None,
    caption_contests: Annotated[
        Path | None, typer.Option("--captions", help="Caption contests with counts: a second domain to learn from.")
    ] = None,
    test_folds: Annotated[str, typer.Option(help="Comma-separated; clusters of these are only measured on.")] = "2,3",
    notes: Annotated[
        Path | None,
        typer.Option(help="Markdown to put into the card: the source of the data, what else was tried.", exists=True),
    ] = None,
    seed: int = 0,
    dtype: Precision = "float32",
    as_json: AsJson = False,
) -> None:
    """Fit heads on a frozen trunk and measure them on folds that nothing else saw. Stopped, it goes on where it was."""
    with _reported_errors():
        started = time.monotonic()
        remarks = notes.read_text(encoding="utf-8") if notes else ""
        out.mkdir(parents=True, exist_ok=True)
        log = _read(arms)
        every = pairs.make(log.table)
        held_out = _folds(test_folds)
        training, test = every.where(~np.isin(every.fold, held_out)), every.in_folds(held_out)
        if len(np.unique(training.fold)) < 2 or not len(test):
            raise BadArms(
                f"folds {test_folds!r} leave {len(np.unique(training.fold))} folds to train on and {len(test)} pairs "
                "to measure; at least 2 and 1 are needed: choose other --test-folds, or bring more tests"
            )
        settings = EncoderSettings(model=encoder, max_length=MAX_LENGTH, dtype=dtype)
        trunk = Encoder(settings.model_copy(update={"layers": _layers(layers, settings)}))
        trunk.load()
        checkpoints = out / "checkpoints"
        items = lessons.read_items(push_items or ())
        others = captions.read(caption_contests) if caption_contests else None
        inputs = features.build(trunk, log, items, others, seed, _console, checkpoints)
        recipe = Recipe(members=members, seed=seed)
        fitted = fit(inputs, training, recipe, _console.print)
        config = files.RewardConfig(
            encoder=encoder, encoder_revision=trunk.revision(), max_length=MAX_LENGTH, layers=trunk.settings.layers,
            languages=tuple(part.strip() for part in languages.split(",") if part.strip()), **fitted.numbers,
        )  # fmt: skip
        seen.write(out, log.table.loc[~log.table["fold"].isin(held_out), "test_id"])
        revision = files.save(fitted.heads, config, out)

        model = RewardModel(trunk, fitted.heads.to(trunk.device), config, revision)
        rewards = scored(model, list(log.table["text"]))
        mean, spread = rewards.mean, rewards.spread
        report: dict[str, Any] = {
            "revision": revision,
            "config": config.model_dump(mode="json"),
            "recipe": asdict(recipe),
            "softness": pairs.SOFTNESS,
            "folds": {"train": np.unique(training.fold).tolist(), "test": list(held_out)},
            "train_pairs": len(training),
            "dropped": log.dropped,
            "flags": log.flags,
            "ridge": fitted.ridge,
            "ridge_losses": {f"{ridge:g}": round(loss, 5) for ridge, loss in fitted.ridge_losses.items()},
            "length_slopes": [round(slope, 4) for slope in fitted.length_slopes],
            "style_gaps": fitted.style_gaps,
            "style_gaps_left": calibrate.style_gaps(mean, config.calibration.slope, test, inputs.surface[: len(mean)]),
            "mean_spread": round(float(spread.mean()), 4),
            "deviation_of_means": round(float(mean.std()), 4),
            "crossfit": evaluate.evaluate(
                fitted.crossfit_mean, fitted.crossfit_spread, fitted.calibration, training, log.table
            ),
            "test": evaluate.evaluate(mean, spread, config.calibration, test, log.table),
            "perturbations": robustness(model, log.table, test, seed),
            "pushes": pushes.measure(model, [item for item in items if item.fold in held_out]),
            "learnt_from": {
                "items": sum(i.fold not in held_out for i in items),
                "caption_pairs": len(inputs.others) if inputs.others else 0,
            },
            "taught": list(perturb.TAUGHT),
            "seconds": round(time.monotonic() - started, 1),
        }
        (out / "report.json").write_text(json.dumps(report, indent=2) + "\n")
        (out / "README.md").write_text(card.render(json.loads(json.dumps(report)), remarks), encoding="utf-8")
        shutil.rmtree(checkpoints, ignore_errors=True)
        _console.print(f"wrote {out.name}, revision {revision}, after {report['seconds']} s")
        _print(report if as_json else report["test"], as_json)


@app.command("eval")
def evaluate_model(
    arms: ArmsFile,
    folder: ModelFolder,
    everything: Annotated[
        bool, typer.Option("--everything", help="Measure on tests that the model has seen, too; says little.")
    ] = False,
    dtype: Precision = "float32",
    as_json: AsJson = False,
) -> None:
    """Measure a trained model on the tests that its training did not see."""
    with _reported_errors():
        log = _read(arms)
        model = RewardModel.load(folder, dtype=dtype)
        table = log.table if everything else log.table[seen.unseen(log.table, folder)].reset_index(drop=True)
        left_out = log.table["test_id"].nunique() - table["test_id"].nunique()
        if table.empty:
            raise BadArms("the model has seen every test of this file; --everything measures on them all the same")
        rewards = scored(model, list(table["text"]))
        report = evaluate.evaluate(rewards.mean, rewards.spread, model.calibration, pairs.make(table), table)
        report |= {
            "seen_tests_left_out": left_out, "revision": model.revision, "dropped": log.dropped, "flags": log.flags,
        }  # fmt: skip
        _print(report, as_json)


app.command()(transfer.transfer)


@app.command()
def explain(
    text: Annotated[str, typer.Option(help="The copy, or its title.")],
    folder: ModelFolder = Path("models/reward"),
    body: Annotated[str, typer.Option(help="The copy's body.")] = "",
    as_json: AsJson = False,
) -> None:
    """The reward of a copy, its spread, and what in the copy moved it."""
    with _reported_errors():
        if not render_copy(text, body):
            raise BadArms("--text is empty: give the copy to explain")
        explanation = explain_copy(RewardModel.load(folder, dtype="float32"), text, body)
        if as_json:
            _print(explanation, as_json)
            return
        _console.print(
            f"reward {explanation['mean']:+.3f} ± {explanation['spread']:.3f} (model {explanation['revision']})"
        )
        for name, value in (
            ("heads", explanation["parts"]["heads_mean"]),
            *explanation["parts"]["penalties"].items(),
            ("offset", explanation["parts"]["offset"]),
            *explanation["parts"]["corrections"].items(),
        ):
            _console.print(f"  {name:12} {value:+.3f}")
        far = "further than 90% of" if explanation["widening"] else "no further than most of"
        _console.print(
            f"distance {explanation['distance']}: {far} what it was trained on, widens by {explanation['widening']:.3f}"
        )
        table = Table("word", "moves", box=None)
        for word in sorted(explanation["words"], key=lambda w: -abs(w["moves"])):
            table.add_row(word["word"], f"{word['moves']:+.3f}")
        _console.print(table)


@app.command()
def compare(
    jsonl: Annotated[
        Path,
        typer.Option(help='Lines of {"id", "item": {...}, "a": {"title", "body"}, "b": {...}}.', exists=True),
    ],
    folder: ModelFolder = Path("models/reward"),
    minimum: Annotated[float, typer.Option(min=0, max=1, help="Least fit of a copy that may be sent.")] = 0.5,
) -> None:
    """Which of two copies the graph would send: a JSON line a pair with p_a, fit_a, fit_b and a, b or neither."""
    with _reported_errors():
        knobs = SelectionKnobs(fit=FitKnobs(minimum=minimum))
        asyncio.run(_compare(duel.read(jsonl), str(folder), knobs))


async def _compare(copy_pairs: list[duel.Pair], model: str, knobs: SelectionKnobs) -> None:
    async with duel.Judge(model) as judge:
        for pair in track(copy_pairs, "pairs", console=_console, disable=not _console.is_terminal):
            sys.stdout.write((await judge.verdict(pair, knobs)).model_dump_json() + "\n")
            sys.stdout.flush()


def _read(path: Path) -> Arms:
    log = read(path)
    _console.print(f"{len(log.table)} arms of {log.table['test_id'].nunique()} tests")
    for name, count in (log.dropped | log.flags).items():
        if count:
            _console.print(f"  {name}: {count}")
    return log


def _print(report: dict[str, Any], as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(report) + "\n")
    else:
        Console().print_json(data=report)


def _numbers(text: str, what: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError:
        raise BadArms(f"{what} {text!r}: want numbers such as 2,3") from None


def _folds(text: str) -> tuple[int, ...]:
    folds = _numbers(text, "--test-folds")
    if not all(0 <= fold < FOLDS for fold in folds):
        raise BadArms(f"--test-folds {text!r}: each is 0 to {FOLDS - 1}")
    return folds


def _layers(text: str, settings: EncoderSettings) -> tuple[int, ...]:
    """The layers asked for, or the upper two thirds of the trunk's."""
    if text:
        return _numbers(text, "--layers")
    probe = Encoder(settings)
    probe.load()
    return tuple(range(probe.depth // 3, probe.depth + 1))


class _reported_errors:  # noqa: N801 - reads as a statement
    """Turns our errors into a line and exit code 2."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: Any) -> None:
        if isinstance(error, OSError):
            error = BadArms(f"{Path(str(error.filename or 'a file')).name!r}: {error.strerror}")
        if isinstance(error, BadArms | Misconfigured | duel.BadPairs | NotUtf8):
            _console.print(f"[red]error:[/red] {escape(str(error))}")
            raise typer.Exit(2) from None


if __name__ == "__main__":
    app()
