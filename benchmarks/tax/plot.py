"""The plot of the framework's cost."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.lib import figure
from benchmarks.tax.variants import VARIANTS

_PANELS: Final = (
    ("cpu_ms_per_request", "CPU time, ms", "of a request"),
    ("rps", "requests/s", "many in flight"),
    ("p50_ms", "p50, ms", "one at a time"),
)


def plot(rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Each round of each variant, by protocol."""
    drawn = figure.new(12, 4)
    names = [variant.name for variant in VARIANTS]
    for axes, (key, label, title) in zip(drawn.subplots(1, len(_PANELS)), _PANELS, strict=True):
        for shift, protocol in ((-0.15, "grpc"), (0.15, "http")):
            mine = [r for r in rows if r["protocol"] == protocol]
            axes.scatter(
                [names.index(r["variant"]) + shift for r in mine], [r[key] for r in mine], alpha=0.7, label=protocol
            )
        axes.set_xticks(range(len(names)), [name.replace("_", " ") for name in names])
        axes.set_ylim(bottom=0)
        figure.name(axes, "", label, title)
        axes.legend(fontsize="small")
    figure.save(drawn, path)
