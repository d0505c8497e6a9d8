"""Figures in one style: titles that fit above their axes, ticks as plain numbers that do not overlap."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter


def new(width: float, height: float) -> Figure:
    """An empty figure, in inches, whose layout leaves room for titles, labels and legends."""
    return Figure(figsize=(width, height), layout="constrained")


def name(axes: Any, x: str, y: str, title: str) -> None:
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.set_title(title, fontsize="medium")
    axes.grid(alpha=0.3)


def log_ticks(axis: Any) -> None:
    """Ticks of a logarithmic axis at 1, 2 and 5 of each decade, as plain numbers."""
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def wrapped(label: str, width: int = 12) -> str:
    """A key as a label of a few short lines."""
    return textwrap.fill(label.replace("_", " "), width)


def save(figure: Figure, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
