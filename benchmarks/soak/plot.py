"""The plot of a soak: requests by their fate and memory, over time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.lib import figure
from benchmarks.lib.over_time import draw

_STEP_S: Final = 5.0


def plot(result: dict[str, Any], rows: Sequence[dict[str, Any]], path: Path) -> None:
    drawn = figure.new(11, 6)
    requests, memory = drawn.subplots(2, 1, sharex=True)
    draw(requests, rows, _STEP_S)
    figure.name(requests, "", "requests/s", "what became of the requests, by when they were due")
    requests.legend(fontsize="small", loc="upper right")
    for key, label in (("replicas_mib", "replicas"), ("ray_mib", "Ray and Serve")):
        memory.plot([m["at_s"] for m in result["memory"]], [m[key] for m in result["memory"]], marker="o", label=label)
    figure.name(memory, "seconds", "MiB", "memory (proportional set size)")
    memory.set_ylim(bottom=0)
    memory.legend(fontsize="small")
    figure.save(drawn, path)
