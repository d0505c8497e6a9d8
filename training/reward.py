"""`python -m training.reward train|eval`: the reward heads from A/B logs, and how good they are."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import torch
import typer
from rich.console import Console
from rich.progress import track

from deployments.encoder import Encoder, EncoderSettings
from deployments.errors import Misconfigured
from deployments.reward import model
from training import card, evaluate, heads, pairs, seen
from training.arms import FOLDS, BadArms, read

MAX_LENGTH = 96
app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
_console = Console(stderr=True, highlight=False)

ArmsFile = Annotated[
    Path, typer.Option("--arms", help="CSV or Parquet: test_id, headline or text, impressions, clicks.")
]
Encoding = Annotated[str, typer.Option(help="Model reference of the encoder.")]
Folds = Annotated[str, typer.Option(help="Comma-separated; clusters of these are only measured on.")]


@app.command()
def train(
    arms: ArmsFile,
    out: Annotated[Path, typer.Option(help="Folder for weights, report and card.")],
    encoder: Encoding = "package:all-minilm-l6-v2",
    members: Annotated[int, typer.Option(min=2, max=64, help="Heads; their disagreement is the spread.")] = 5,
    test_folds: Folds = "2,3",
    choice_folds: Annotated[str, typer.Option(help="Clusters of these choose the epoch.")] = "4",
    seed: int = 0,
) -> None:
    """Fit heads on a frozen encoder and measure them on folds that nothing else saw."""
    with _said():
        started = time.monotonic()
        log = read(arms)
        every = pairs.make(log.table)
        test, choice = _folds(test_folds), _folds(choice_folds)
        rest = tuple(f for f in sorted(set(every.fold.tolist())) if f not in test + choice)
        _console.print(f"{len(log.table)} arms, {len(every)} pairs; left out: {log.dropped}")
        encoding, embeddings = _embed(EncoderSettings(model=encoder, max_length=MAX_LENGTH), log.table)
        config = model.RewardConfig(
            encoder=encoder, encoder_revision=encoding.revision(), max_length=MAX_LENGTH, dim=encoding.dim,
            heads=members, hidden=0,
        )  # fmt: skip
        recipe = heads.Recipe(seed=seed)
        training = every.in_folds(rest)
        if not len(training) or not len(every.in_folds(choice)) or not len(every.in_folds(test)):
            raise BadArms("a split has no pairs; choose other folds, or bring more tests")
        fit = heads.fit(config, embeddings, training, every.in_folds(choice), recipe, _epoch)
        scores, spread = heads.scores_of(fit.heads, embeddings)
        revision = model.save(fit.heads, out)
        seen.write(out, log.table.loc[log.table["fold"].isin(rest + choice), "test_id"])
        report = {
            "revision": revision,
            "config": config.model_dump(),
            "recipe": asdict(recipe),
            "softness": pairs.SOFTNESS,
            "folds": {"train": rest, "choice": choice, "test": test},
            "train_pairs": len(training),
            "dropped": log.dropped,
            "epochs": fit.epochs,
            "choice_losses": [round(loss, 5) for loss in fit.losses],
            "mean_spread": round(float(spread.mean()), 4),
            "deviation_of_scores": round(float(scores.std()), 4),
            "choice": evaluate.evaluate(scores, every.in_folds(choice), log.table),
            "test": evaluate.evaluate(scores, every.in_folds(test), log.table),
            "seconds": round(time.monotonic() - started, 1),
        }
        (out / "report.json").write_text(json.dumps(report, indent=2) + "\n")
        (out / "README.md").write_text(card.render(json.loads(json.dumps(report))))
        measured = report["test"]
        _console.print(f"wrote {out.name}, revision {revision}; test folds: {measured}")


@app.command("eval")
def evaluate_model(
    arms: ArmsFile,
    folder: Annotated[Path, typer.Option("--model", help="Folder that `train` wrote.")],
    everything: Annotated[
        bool, typer.Option("--everything", help="Measure on tests that the model has seen, too; says little.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on the last line.")] = False,
) -> None:
    """Measure a trained model on the tests that neither its training nor the choice of its epoch saw."""
    with _said():
        log = read(arms)
        trained = model.load(folder)
        table = log.table if everything else log.table[seen.unseen(log.table, folder)].reset_index(drop=True)
        left_out = log.table["test_id"].nunique() - table["test_id"].nunique()
        if table.empty:
            raise BadArms("the model has seen every test of this file; --everything measures on them all the same")
        settings = EncoderSettings(model=trained.config.encoder, max_length=trained.config.max_length)
        _, embeddings = _embed(settings, table)
        scores, _ = heads.scores_of(trained, embeddings)
        found = evaluate.evaluate(scores, pairs.make(table), table)
        found["seen_tests_left_out"] = left_out
        if as_json:
            sys.stdout.write(json.dumps(found) + "\n")
        else:
            _console.print_json(data=found)


def _embed(settings: EncoderSettings, table: pd.DataFrame, batch: int = 64) -> tuple[Encoder, torch.Tensor]:
    """[arms, dim] embeddings of every copy, in its serving form; sorted by length, so that little is padded."""
    encoder = Encoder(settings)
    encoder.load()
    rows = encoder.pre([model.render_copy(text) for text in table["text"]])
    order = sorted(range(len(rows)), key=lambda i: rows[i].tokens)
    embeddings = torch.empty(len(rows), encoder.dim)
    starts = range(0, len(order), batch)
    for start in track(starts, "embedding", console=_console, disable=not _console.is_terminal):
        index = order[start : start + batch]
        embeddings[index] = encoder.pooled([rows[i] for i in index]).cpu()
        if not _console.is_terminal and start % (batch * 40) == 0:
            _console.print(f"embedded {start} of {len(order)}")
    return encoder, embeddings


def _epoch(epoch: int, loss: float) -> None:
    _console.print(f"epoch {epoch}: loss on the choice folds {loss:.4f}")


def _folds(text: str) -> tuple[int, ...]:
    try:
        folds = tuple(int(part) for part in text.split(","))
    except ValueError:
        raise BadArms(f"folds {text!r}: want numbers such as 2,3") from None
    if not all(0 <= fold < FOLDS for fold in folds):
        raise BadArms(f"folds {text!r}: each is 0 to {FOLDS - 1}")
    return folds


class _said:  # noqa: N801 - reads as a statement
    """Turns our errors into a line and exit code 2."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: Any) -> None:
        if isinstance(error, BadArms | Misconfigured):
            _console.print(f"[red]error:[/red] {error}")
            raise typer.Exit(2) from None


if __name__ == "__main__":
    app()
