"""`python -m training.generator build`: examples for the generator from A/B logs, in the words that serve."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import pandas as pd
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress

from deployments import weights
from deployments.errors import Misconfigured
from deployments.facts import CountTokens
from deployments.generator.prompt import PROMPT_REVISION
from deployments.router.catalogue import FileCatalogue
from serve_app.profiles import load_profiles
from training.arms import FOLDS, BadArms
from training.generator import evidence, examples, preferences
from training.generator.examples import Plan
from training.generator.styles import agreement, style
from training.seen import fingerprint

LABELS: Final = Path(__file__).with_name("style_labels.csv")
_console = Console(stderr=True, highlight=False)


def build(
    arms: Annotated[Path, typer.Option("--arms", help="CSV or Parquet, as for training.reward.")],
    out: Annotated[Path, typer.Option(help="Folder for the examples, the preference pairs and report.json.")],
    base: Annotated[
        str, typer.Option(help="Model reference whose tokenizer counts the facts.")
    ] = "package:smollm2-135m-instruct",
    held_out: Annotated[str, typer.Option("--test-folds", help="Comma-separated; never trained on.")] = "2,3",
    unsteered: Annotated[float, typer.Option(min=0, max=0.9, help="Share of examples without a category.")] = 0.15,
    min_support: Annotated[
        float, typer.Option(min=0, max=1, help="Share of a copy's longer words that its facts must hold.")
    ] = 0.4,
    profiles: Annotated[str, typer.Option(help="Length profiles.")] = "configs/profiles.yaml",
    categories: Annotated[str, typer.Option(help="Category catalogue.")] = "configs/categories.yaml",
    seed: Annotated[int, typer.Option(min=0)] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on the last line of the output.")] = False,
) -> None:
    """Write examples: the serving prompt of a story's facts, and the copy that did better as the serving answer.

    Beside them pairs for `prefer`: two copies of one test as answers to one prompt, one of which did better.
    """
    try:
        started = time.monotonic()
        plan = Plan(seed=seed, held_out=_folds(held_out), unsteered=unsteered, min_support=min_support)
        lengths = load_profiles(profiles)
        styles = {c.category: c for c in FileCatalogue(kind="file", path=categories).load().categories}
        copies, said = evidence.copies(arms, plan.held_out)
        count, control_words = tokenizer_of(base)
        with Progress(console=_console, transient=True) as progress:
            bar = progress.add_task("examples and pairs", total=2 * len(copies))
            words = (styles, lengths, count, control_words, plan, lambda: progress.advance(bar))
            built, pairs = examples.build(copies, *words), preferences.pairs(copies, *words)
        held = [row for row in built.rows if row["fold"] in plan.held_out]
        train = [row for row in built.rows if row["fold"] not in plan.held_out]
        if not train:
            raise BadArms(f"no example is left to train on; dropped: {dict(built.dropped)}")
        out.mkdir(parents=True, exist_ok=True)
        _write(out / "train.jsonl", train)
        _write(out / "held_out.jsonl", held)
        held_pairs = [row for row in pairs.rows if row["fold"] in plan.held_out]
        train_pairs = [row for row in pairs.rows if row["fold"] not in plan.held_out]
        _write(out / "pairs.jsonl", train_pairs)
        _write(out / "held_out_pairs.jsonl", held_pairs)
        report = {
            "prompt_revision": PROMPT_REVISION,
            "base": weights.public_name(base),
            "seed": seed,
            "evidence": said,
            "dropped": dict(built.dropped.most_common()),
            "train": _counts(train),
            "held_out": {"folds": list(plan.held_out), **_counts(held)},
            "pairs": {
                "least_gap": preferences.MIN_GAP,
                "train": preferences.counts(train_pairs),
                "held_out": preferences.counts(held_pairs),
                "dropped": dict(pairs.dropped.most_common()),
            },
            "agreement": _agreement(copies),
            "seconds": round(time.monotonic() - started, 1),
        }
        (out / "report.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    except (BadArms, Misconfigured) as error:
        _console.print(f"[red]error:[/red] {escape(str(error))}")
        raise typer.Exit(2) from None
    _console.print(
        f"wrote {len(train)} examples and {len(train_pairs)} pairs to train on, {len(held)} and {len(held_pairs)} held "
        f"out, after {report['seconds']} s"
    )
    if as_json:
        sys.stdout.write(json.dumps(report) + "\n")
    else:
        _console.print_json(data=report)


def _folds(text: str) -> tuple[int, ...]:
    folds = tuple(int(part) if part.strip().isdigit() else -1 for part in text.split(",") if part.strip())
    if not all(0 <= fold < FOLDS for fold in folds):
        raise BadArms(f"--test-folds {text!r}: want numbers from 0 to {FOLDS - 1}, such as 2,3")
    return folds


def tokenizer_of(base: str) -> tuple[CountTokens, tuple[str, ...]]:
    """Counts tokens as the engine does, and the control words that the engine keeps out of facts."""
    from transformers import AutoTokenizer  # noqa: PLC0415 - seconds

    tokenizer = AutoTokenizer.from_pretrained(weights.resolve(base))
    added = tokenizer.added_tokens_decoder.values()
    control_words = {*tokenizer.all_special_tokens, *(token.content for token in added if token.special)}
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False)), tuple(sorted(control_words))


def _write(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def _counts(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    def by(key: str) -> dict[str, int]:
        found = Counter("+".join(row[key]) if isinstance(row[key], list) else row[key] for row in rows)
        return dict(found.most_common())

    return {
        "examples": len(rows),
        "clusters": len({row["cluster"] for row in rows}),
        "unsteered": sum(not row["category"] for row in rows),
        "styles": by("style"),
        "profiles": by("profile"),
        "fields": by("fields"),
        "facts": by("facts"),
    }


def _agreement(copies: pd.DataFrame) -> dict[str, Any]:
    """The rules against the labels given by hand to copies of the Upworthy archive; none of them in another archive.

    By when the labels were given: those read before the rules were written may have shaped them, those read after, with
    the rules unchanged since, are the ones to believe. A label names its copy by the fingerprint of the test and the
    place of the text among the test's, in sorted order.
    """
    labels = pd.read_csv(LABELS, dtype={"test": str})
    place = copies.groupby("test_id")["text"].rank(method="dense").astype(int) - 1
    known = copies.assign(test=copies["test_id"].map(fingerprint), position=place)
    both = labels.merge(known[["test", "position", "text"]], on=["test", "position"])
    found: dict[str, Any] = {"labels": len(labels)}
    for read in labels["read"].unique():
        part = both[both["read"] == read]
        found[read] = agreement(list(part["label"]), [style(text) for text in part["text"]])
    return found
