"""Requests over time, by what became of them, for plots."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from benchmarks.lib.fates import Fate

_LINES: Final = (
    ("good", "tab:green", (Fate.GOOD,)),
    ("degraded", "tab:olive", (Fate.DEGRADED,)),
    ("refused", "tab:blue", (Fate.REFUSED, Fate.EXPIRED)),
    ("late", "tab:orange", (Fate.LATE,)),
    ("lost, wrong or internal", "tab:red", (Fate.LOST, Fate.WRONG, Fate.INTERNAL)),
)


def draw(axes: Any, rows: Iterable[dict[str, Any]], step_s: float) -> None:
    """A line for each group of fates: requests a second, by when they were due. rows: with `at_s` and `fate`."""
    kept = list(rows)
    if not kept:
        return
    first, last = (int(f(row["at_s"] for row in kept) // step_s) for f in (min, max))
    for label, colour, fates in _LINES:
        counts = dict.fromkeys(range(first, last + 1), 0)
        for row in kept:
            if row["fate"] in fates:
                counts[int(row["at_s"] // step_s)] += 1
        axes.plot([n * step_s for n in counts], [c / step_s for c in counts.values()], label=label, color=colour)
