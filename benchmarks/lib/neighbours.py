"""The CPU that others used while something was measured: they slow one side of a comparison, or both."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

import psutil

_EVERY_S: Final = 0.5


class Neighbours:
    """CPU time of the machine, and of it what this process and its descendants have used. Sampled by a thread."""

    def __init__(
        self,
        busy_s: Callable[[], float],
        own_s: Callable[[], dict[int, float]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """busy_s: CPU seconds of the machine so far. own_s: of our living processes so far, by id."""
        self._busy_s = busy_s
        self._own_s = own_s
        self._clock = clock
        self._began_s, self._busy_before, self._before = clock(), busy_s(), own_s()
        self._own: dict[int, float] = dict(self._before)

    def look(self) -> None:
        """Read our processes. What one uses after the last look at it counts as the neighbours'."""
        self._own |= self._own_s()

    def cpus(self) -> float:
        """CPUs that others used on average, since the start."""
        self.look()
        own = sum(self._own.values()) - sum(self._before.values())
        seconds = max(1e-9, self._clock() - self._began_s)
        return round(max(0.0, self._busy_s() - self._busy_before - own) / seconds, 2)


@contextmanager
def neighbours() -> Iterator[Neighbours]:
    """Look at our processes while the body runs."""
    seen, ended = Neighbours(_busy_s, _own_s), threading.Event()

    def watch() -> None:
        while not ended.wait(_EVERY_S):
            seen.look()

    thread = threading.Thread(target=watch, name="neighbours", daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()


def _busy_s() -> float:
    times = psutil.cpu_times()
    return float(sum(times[:8]) - times.idle - times.iowait)


def _own_s() -> dict[int, float]:
    own: dict[int, float] = {}
    here = psutil.Process()
    for process in (here, *here.children(recursive=True)):
        with suppress(psutil.Error):
            used = process.cpu_times()
            own[process.pid] = used.user + used.system
    return own
