"""Finds an engine that hangs: it has requests and makes no step."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from deployments.errors import StageUnavailable


class Progress:
    """The time without a step while requests are in the engine. For the event loop.

    The time adds up over requests: where callers leave before their answer, no single one waits long.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._requests = 0
        self._silent_s = 0.0
        self._since_s = 0.0

    @contextmanager
    def request(self) -> Iterator[None]:
        """Hold a request in the engine."""
        if not self._requests:
            self._since_s = self._clock()
        self._requests += 1
        try:
            yield
        finally:
            self._requests -= 1
            if not self._requests:
                self._silent_s += self._clock() - self._since_s

    def stepped(self) -> None:
        self._silent_s, self._since_s = 0.0, self._clock()

    def check(self, limit_s: float, name: str) -> None:
        """Raise StageUnavailable when the engine has made no step for longer than `limit_s`."""
        silent_s = self._silent_s + (self._clock() - self._since_s if self._requests else 0.0)
        if silent_s > limit_s:
            raise StageUnavailable(f"the {name}'s engine hangs")
