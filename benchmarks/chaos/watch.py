"""Watches a run of load while a fault strikes, and says when there is nothing more to see."""

from __future__ import annotations

import asyncio

from benchmarks.lib.fates import GOOD_SHARE, Fate, Judgement, judged
from benchmarks.lib.open_loop import Sample

_LEAST_S = 8.0
"""After the fault the load goes on so long at least."""


class FaultWatch:
    """Implements Watch. Times are of the run; None until it happened.

    struck_s: when the fault began; acted: its work is done. settled_s: when everything that it broke was replaced.
    window_s: see `fates`.
    """

    def __init__(self, budget_ms: float, fine: frozenset[Fate], window_s: float, longest_s: float) -> None:
        """fine: the fates of requests to an application without a fault."""
        self._budget_ms = budget_ms
        self._fine = fine
        self._window_s = window_s
        self._longest_s = longest_s
        self._began_s = asyncio.get_running_loop().time()
        self._done: list[tuple[Sample, Judgement]] = []
        self.struck_s: float | None = None
        self.acted = False
        self.settled_s: float | None = None

    def now_s(self) -> float:
        return asyncio.get_running_loop().time() - self._began_s

    def saw(self, sample: Sample) -> None:
        self._done.append((sample, judged(sample, self._budget_ms)))

    def over(self) -> bool:
        """Whether the fault has had its time."""
        return self.struck_s is not None and self.now_s() - self.struck_s >= self._longest_s

    def enough(self) -> bool:
        """The application is whole and a last window is as good as before, or the fault has had its time."""
        if self.struck_s is None or not self.acted:
            return False
        if self.over():
            return True
        now_s = self.now_s()
        if self.settled_s is None or now_s - self.struck_s < _LEAST_S:
            return False
        # A request that is still under way is not in the window yet: it ends a time budget before now.
        end_s = now_s - self._budget_ms / 1000
        begin_s = end_s - self._window_s
        inside = [j.fate in self._fine for s, j in self._done if begin_s <= s.intended_s < end_s]
        return begin_s >= self.settled_s - self._window_s and sum(inside) >= GOOD_SHARE * len(inside)
