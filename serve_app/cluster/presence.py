"""Stages that have had no replica for a while: their calls would wait for one until their time is spent."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from serve_app.cluster.cached import Cached

# A replica that died is often back within seconds, which a call has; an engine takes minutes to start.
_PATIENCE_S: Final = 10.0


class Presence:
    """What health says of a stage, read by its calls. They never wait for it."""

    def __init__(self, health: Cached[dict[str, bool]], clock: Callable[[], float] = time.monotonic) -> None:
        self._health = health
        self._clock = clock
        self._away_since_s: dict[str, float] = {}

    def gone(self, key: str) -> bool:
        """Whether the stage has been without a replica for ten seconds. What is not known is not gone."""
        now_s = self._clock()
        states = self._health.peek() or {}
        self._away_since_s = {name: self._away_since_s.get(name, now_s) for name, well in states.items() if not well}
        return now_s - self._away_since_s.get(key, now_s) >= _PATIENCE_S
