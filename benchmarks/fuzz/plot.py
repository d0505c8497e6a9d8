"""The plot of a fuzz: how long answers took, by the kind of request."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.lib import figure


def plot(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """A box for each kind, from the raw rows; whiskers reach to all answers."""
    by_kind: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        by_kind[f"{row['protocol']} {row['kind']}"].append(max(0.1, row["wall_ms"]))
    drawn = figure.new(9, 5)
    axes = drawn.subplots()
    kinds = sorted(by_kind)
    axes.boxplot([by_kind[kind] for kind in kinds], whis=(0, 100), orientation="horizontal")
    axes.set_yticks(range(1, len(kinds) + 1), [f"{kind} ({len(by_kind[kind])})" for kind in kinds])
    axes.set_xscale("log")
    figure.log_ticks(axes.xaxis)
    figure.name(axes, "ms", "", "time to the answer, by the kind of request")
    figure.save(drawn, path)
