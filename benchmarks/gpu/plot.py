"""The plot of the encoder on a card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.lib import figure


def plot(result: dict[str, Any], path: Path) -> None:
    """Time of a batch with CUDA graphs and with launched kernels; nothing where the step did not run."""
    shapes = result.get("encoder", {}).get("shapes", {})
    if not shapes:
        return
    drawn = figure.new(7, 4)
    axes = drawn.subplots()
    for at, key, label in ((-0.2, "eager_ms", "kernels launched"), (0.2, "graphs_ms", "CUDA graphs")):
        axes.bar([n + at for n in range(len(shapes))], [s[key] for s in shapes.values()], 0.4, label=label)
    axes.set_xticks(range(len(shapes)), list(shapes))
    figure.name(axes, "copies x tokens", "ms", f"a batch of the reward model on {result['card']['name']}")
    axes.legend()
    figure.save(drawn, path)
