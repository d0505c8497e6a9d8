"""The plot of the ladder: what is sent, and what of it is fit, against capacity."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.lib import figure


def plot(result: dict[str, Any], path: Path) -> None:
    """A mark for each step; its label says categories x candidates."""
    drawn: Any = figure.new(10, 4)
    shares, rewards = drawn.subplots(1, 2)
    steps = result["steps"]
    capacity = [step["capacity"] for step in steps]
    for key, label in (("sent", "anything is sent"), ("fit", "a fit copy is sent")):
        shares.plot(capacity, [step[key] for step in steps], "o", label=label)
    rewards.plot(capacity, [step["reward"] for step in steps], "o")
    for step in steps:
        at = step["capacity"], step["fit"]
        shares.annotate(f"{step['categories']}x{step['candidates']}", at, fontsize="small", xytext=(3, 3),
                        textcoords="offset points")  # fmt: skip
    shares.set_ylim(0, 1.05)
    shares.legend(fontsize="small")
    figure.name(shares, "requests for the work of one", "share of items", "")
    figure.name(rewards, "requests for the work of one", "logits", "mean reward of what is sent")
    figure.save(drawn, path)
