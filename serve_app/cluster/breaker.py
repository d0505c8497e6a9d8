"""The circuit breaker of a stage: while the stage fails again and again, its calls fail at once."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from enum import Enum
from typing import Final

from deployments.backoff import spread

_IN_A_ROW: Final = 5
_WINDOW: Final = 20
_LEAST: Final = 10
_SHARE: Final = 0.5
_FIRST_PAUSE_S: Final = 1.0
_LONGEST_PAUSE_S: Final = 15.0


class State(Enum):
    CLOSED = "closed"
    OPEN = "open"
    PROBING = "probing"


class Breaker:
    """Opens after five failures in a row, or when half of the last calls failed, of at least ten.

    An open breaker admits no call for a while, then one, the probe. A probe that works closes it; one that fails opens
    it again, for twice as long. Calls that fail together, because their replica died, are one failure: each counts only
    if it began after the last one. Serve replaces that replica, and who has the time may wait for it.

    changed: called with True when calls begin to fail at once, with False when they no longer do.
    """

    def __init__(
        self, changed: Callable[[bool], None] = lambda _: None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._changed = changed
        self._clock = clock
        self._state = State.CLOSED
        self._failed: deque[bool] = deque(maxlen=_WINDOW)
        self._pause_s = _FIRST_PAUSE_S
        self._until_s = 0.0
        self._failed_s = float("-inf")

    def admits(self) -> float | None:
        """Return the time at which a call begins, None if it may not. One of the methods below must tell its end."""
        now_s = self._clock()
        if self._state is State.OPEN and now_s >= self._until_s:
            self._state = State.PROBING
            return now_s
        return now_s if self._state is State.CLOSED else None

    def worked(self) -> None:
        if self._state is not State.CLOSED:
            self._state = State.CLOSED
            self._failed.clear()
            self._pause_s = _FIRST_PAUSE_S
            self._changed(False)
        self._failed.append(False)

    def failed(self, began_s: float) -> None:
        if self._state is State.OPEN or began_s < self._failed_s:
            return
        self._failed_s = self._clock()
        if self._state is State.PROBING:
            self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)
        else:
            self._failed.append(True)
            if not self._too_many():
                return
            self._changed(True)
        self._state = State.OPEN
        self._until_s = self._clock() + spread(self._pause_s)

    def left(self) -> None:
        """The call ended without a word on the stage: its caller left, or its time was short."""
        if self._state is State.PROBING:
            self._state = State.OPEN

    def _too_many(self) -> bool:
        last = list(self._failed)[-_IN_A_ROW:]
        return (len(last) == _IN_A_ROW and all(last)) or (
            len(self._failed) >= _LEAST and sum(self._failed) >= _SHARE * len(self._failed)
        )
