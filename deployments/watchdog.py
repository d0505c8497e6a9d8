"""Finds work that hangs: in a thread it cannot be ended, so its replica has to be replaced."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from deployments.errors import StageUnavailable


class Watchdog:
    """Notes when each piece of work in progress began. For any thread.

    name: of what works, in errors.
    """

    def __init__(self, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._name = name
        self._clock = clock
        self._began_s: dict[object, float] = {}

    @contextmanager
    def working(self) -> Iterator[None]:
        piece = object()
        self._began_s[piece] = self._clock()
        try:
            yield
        finally:
            del self._began_s[piece]

    def check(self, limit_s: float) -> None:
        """Raise StageUnavailable when a piece in progress has taken longer than `limit_s`."""
        oldest_s = min(list(self._began_s.values()), default=None)
        if oldest_s is not None and self._clock() - oldest_s > limit_s:
            raise StageUnavailable(f"the {self._name} hangs")
