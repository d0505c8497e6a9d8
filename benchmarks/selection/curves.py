"""The curves of a replay: caution, margin, n, and pools."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from rich.progress import track

from benchmarks.lib.console import console, quiet
from benchmarks.selection import replay
from benchmarks.selection.pool import Pool, pool_curve
from deployments.reward.model import RewardModel
from serve_app.flow.knobs import SelectionKnobs
from training import perturb, seen
from training.arms import BadArms, read
from training.measure import Scored, scored

CAUTIONS: Final = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)
MARGINS: Final = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3)
POOL_SIZES: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256)
# Of a pool n is at most this share, so that the best comes from more than a few copies.
_LARGEST_SHARE: Final = 1 / 25


def run(arms: Path, folder: Path, *, seen_too: bool, caution: float, max_n: int, seed: int) -> dict[str, Any]:
    """The whole report. Raises BadArms when there is nothing to replay in the file, Misconfigured of the model."""
    started = time.monotonic()
    log = read(arms)
    table = log.table if seen_too else log.table[seen.unseen(log.table, folder)].reset_index(drop=True)
    if table.empty:
        raise BadArms("the model has seen every test of this file; --seen replays them all the same")
    largest = int(table.groupby(["test_id", "image_id"]).size().max())
    if largest <= max_n:
        raise BadArms(f"--max-n {max_n} needs tests of {max_n + 1} arms of one image; the largest here has {largest}")
    model = RewardModel.load(folder, dtype="float32")
    texts = list(table["text"])
    copies, tampered = _score(model, texts, "copies"), _score(model, _tampered(texts, seed), "tampered copies")
    groups, twins = (replay.groups_of(table, s.mean, s.spread) for s in (copies, tampered))
    raw, raw_twins = (replay.groups_of(table, s.heads.mean(1), s.heads.std(1)) for s in (copies, tampered))

    careful, bold, calibration = SelectionKnobs(caution=caution), SelectionKnobs(caution=0), model.calibration
    sizes = [n for n in POOL_SIZES if n == 1 or n <= len(table) * _LARGEST_SHARE]
    pools = {
        "bold": Pool.of(groups, bold, calibration),
        "cautious": Pool.of(groups, careful, calibration),
        "tampered": Pool.of(groups, careful, calibration, twins),
        "tampered_undefended": Pool.of(raw, bold, calibration, raw_twins),
    }
    curves: dict[str, Callable[[], Any]] = {
        "baselines": lambda: replay.baselines(groups, careful, seed),
        "caution_curve": lambda: replay.caution_curve(groups, CAUTIONS, careful, seed),
        "margin_curve": lambda: replay.margin_curve(groups, MARGINS, careful, calibration, seed),
        "n_curve": lambda: {
            name: replay.n_curve(groups, max_n, knobs, calibration, seed)
            for name, knobs in (("bold", bold), ("cautious", careful))
        },
        "pool_curve": lambda: {name: pool_curve(pool, sizes, seed) for name, pool in pools.items()},
    }
    steps = track(curves.items(), "replaying", console=console, disable=quiet())
    measured = {name: curve() for name, curve in steps}
    return {
        "revision": model.revision,
        "calibration": calibration.model_dump(),
        "tests": int(table["test_id"].nunique()),
        "groups": len(groups),
        "arms": len(table),
        "seen_tests_left_out": int(log.table["test_id"].nunique() - table["test_id"].nunique()),
        "dropped": log.dropped,
        "flags": log.flags,
        "caution": caution,
        "seed": seed,
        **measured,
        "seconds": round(time.monotonic() - started, 1),
    }


def _score(model: RewardModel, texts: Sequence[str], what: str) -> Scored:
    silent = quiet()
    return scored(model, texts, lambda steps: track(steps, f"scoring {what}", console=console, disable=silent))


def _tampered(texts: Sequence[str], seed: int) -> list[str]:
    """Each text changed in a way that training never saw, drawn at random."""
    kinds = list(perturb.HELD_OUT.values())
    drawn = np.random.default_rng(seed).integers(0, len(kinds), len(texts))
    return [kinds[kind](text) for kind, text in zip(drawn, texts, strict=True)]
