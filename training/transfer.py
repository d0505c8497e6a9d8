"""`python -m training.reward transfer`: accuracy of a reward, and of length, on pairs of texts from elsewhere.

Pairs are JSON Lines: `a` and `b`, each a text or {"title", "body"}, and which did better as `better` ("a" or "b";
`more_retweeted` is read too). They are measured on and never trained on.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from deployments import json_lines
from deployments.reward.model import RewardModel
from deployments.reward.text import render_copy
from training import captions, pairs
from training.arms import BadArms
from training.evaluate import interval
from training.measure import scored

Array = NDArray[np.float64]


def transfer(
    files: Annotated[list[Path] | None, typer.Option("--pairs", help="JSON Lines of pairs; may be repeated.")] = None,
    contests: Annotated[Path | None, typer.Option("--captions", help="Caption contests with counts.")] = None,
    folder: Annotated[Path, typer.Option("--model", help="Folder that `training.reward train` wrote.")] = Path(
        "models/reward"
    ),
    seed: int = 0,
) -> None:
    """One JSON line a file: accuracy of reward and of length, intervals bootstrapped over pairs or tests."""
    try:
        model = RewardModel.load(folder, dtype="float32")
        rows = [measure(model, path.stem, *read(path), seed=seed) for path in files or ()]
        if contests:
            rows.append(_captions(model, contests, seed))
    except (BadArms, json_lines.NotUtf8, OSError) as error:
        sys.stderr.write(f"error: {error}\n")
        raise typer.Exit(2) from None
    for row in rows:
        sys.stdout.write(json.dumps(row) + "\n")


def read(path: Path) -> tuple[list[str], list[str]]:
    """Better and worse texts, rendered as served. Raises BadArms when a line is no pair."""
    better, worse = [], []
    for number, line in json_lines.read(path):
        try:
            pair = json.loads(line)
            first = {"a": True, "b": False}[pair["better"] if "better" in pair else pair["more_retweeted"]]
            a, b = _text(pair["a"]), _text(pair["b"])
        except (ValueError, KeyError, TypeError) as error:
            raise BadArms(f"{path.name!r} line {number} is no pair: {error}") from None
        better.append(a if first else b)
        worse.append(b if first else a)
    return better, worse


def measure(
    model: RewardModel,
    name: str,
    better: Sequence[str],
    worse: Sequence[str],
    tests: NDArray[np.int64] | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """Measure how often the better text has the higher reward, and how often it is longer. A tie counts half."""
    tests = np.arange(len(better)) if tests is None else tests
    gap = scored(model, better).mean - scored(model, worse).mean
    length = np.array([len(a) - len(b) for a, b in zip(better, worse, strict=True)], np.float64)
    row: dict[str, Any] = {"pairs_of": name, "pairs": len(better)}
    for rule, difference in (("reward", gap), ("longer", length)):
        right = 0.5 + 0.5 * np.sign(difference)
        row[rule] = round(float(right.mean()), 4) if len(right) else None
        row[f"{rule}_interval"] = interval(right, np.ones(len(right)), tests, seed)
    return row


def _captions(model: RewardModel, path: Path, seed: int) -> dict[str, Any]:
    """Pairs of captions of one contest of which one was found funny surely more often."""
    log = captions.read(path)
    drawn = captions.sampled(pairs.make(log.table), seed)
    drawn = drawn.where(np.abs(drawn.z) > pairs.SIGNIFICANT_Z)
    texts = list(log.table["text"])
    first, second = (np.where(drawn.z > 0, *ends) for ends in ((drawn.a, drawn.b), (drawn.b, drawn.a)))
    better, worse = [texts[i] for i in first], [texts[i] for i in second]
    return measure(model, path.stem, better, worse, drawn.test, seed)


def _text(side: Any) -> str:
    return render_copy(side["title"], side.get("body", "")) if isinstance(side, dict) else render_copy(str(side))
