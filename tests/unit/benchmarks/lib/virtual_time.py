"""An event loop whose clock jumps to the next timer instead of waiting for it, and a scripted target."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from benchmarks.lib.open_loop import Outcome, Reply

T = TypeVar("T")


class _Jumping(selectors.SelectSelector):
    """Never waits: what the loop would have slept is added to its clock."""

    now_s = 0.0

    def select(self, timeout: float | None = None) -> Any:
        if timeout:
            self.now_s += timeout
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)
        # Timers within the resolution count as due: without it, rounding could keep the clock just short of one.
        self._clock_resolution = 1e-9

    def time(self) -> float:
        return self._jumping.now_s


def run(what: Coroutine[Any, Any, T]) -> T:
    """Run to the end in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(what)


class Scripted:
    """Answers request i after `after_s(i)`, one at a time when `serial`; remembers when each was sent."""

    def __init__(
        self,
        after_s: Callable[[int], float],
        reply: Callable[[int], Reply] = lambda _: Reply(Outcome.OK),
        *,
        serial: bool = False,
    ) -> None:
        self._after_s = after_s
        self._reply = reply
        self._one = asyncio.Semaphore(1 if serial else 10_000)
        self.sent: dict[int, float] = {}
        self.under_way = 0
        self.most = 0

    async def send(self, index: int, timeout_s: float) -> Reply:
        self.sent[index] = asyncio.get_running_loop().time()
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            async with self._one:
                await asyncio.sleep(self._after_s(index))
            return self._reply(index)
        finally:
            self.under_way -= 1
