"""The plot of the framework's cost."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.lib import figure


def plot(result: dict[str, Any], rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Each round of each application, by protocol: p50 of one request at a time, and requests/s."""
    drawn = figure.new(9, 4.5)
    names = ("echo", "one_candidate", "graph")
    for axes, key, label in zip(drawn.subplots(1, 2), ("p50_ms", "rps"), ("p50, ms", "requests/s"), strict=True):
        for shift, protocol in ((-0.15, "grpc"), (0.15, "http")):
            mine = [r for r in rows if r["protocol"] == protocol]
            at = [names.index(r["application"]) + shift for r in mine]
            ratio = result[protocol]["p50_ratio" if key == "p50_ms" else "rps_ratio"]
            axes.scatter(at, [r[key] for r in mine], alpha=0.7, label=f"{protocol}: graph is {ratio:g} x echo")
        axes.set_xticks(range(len(names)), ["echo", "graph,\n1 candidate", "graph"])
        axes.set_ylim(bottom=0)
        figure.name(axes, "", label, "one at a time" if key == "p50_ms" else f"{result['concurrency']} in flight")
        axes.legend(fontsize="small")
    figure.save(drawn, path)
