"""The device behind a batcher: it runs the forward and knows whether any will still work."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from typing import Generic, TypeVar

from deployments.batching.limits import BatchLimits
from deployments.watchdog import Watchdog

logger = logging.getLogger("ray.serve")

In = TypeVar("In")
Out = TypeVar("Out")


class Device(Generic[In, Out]):
    """Counts failures and watches for a forward that hangs. `run` and `failed` are for the batcher's thread."""

    def __init__(self, forward: Callable[[list[In]], Collection[Out]], name: str) -> None:
        self._forward = forward
        self._name = name
        self._watchdog = Watchdog(name)
        self._failures = 0  # of single entries, since the last success
        self._good: list[In] = []  # the last input that worked
        self.lost = False

    def run(self, payloads: list[In]) -> Collection[Out]:
        with self._watchdog.working():
            values = self._forward(payloads)
        if len(values) != len(payloads):
            raise RuntimeError(f"forward gave {len(values)} answers for {len(payloads)} entries")
        self._failures = 0
        self._good = payloads[:1]
        return values

    def failed(self, max_failures: int) -> None:
        """Count a failed entry. After many in a row, try an input that has worked: bad inputs come in any number."""
        self._failures += 1
        if self._failures < max_failures or self.lost:
            return
        self._failures = 0
        try:
            if not self._good:
                raise RuntimeError("no input has worked yet")
            self.run(self._good)
        except Exception:
            self.lost = True
            logger.exception("the %s fails on an input that worked before: its device is lost", self._name)

    def check(self, limits: BatchLimits) -> None:
        """Raise StageUnavailable when a forward hangs. Any thread."""
        self._watchdog.check(limits.max_forward_s)
