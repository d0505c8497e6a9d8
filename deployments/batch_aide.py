"""The thread beside a batcher's: it does what need not be done between two forwards."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Callable
from functools import partial

logger = logging.getLogger("ray.serve")


class Aide:
    """Does what it is given, in order; `lost` is called once when there is no loop any more to tell anything.

    Between two forwards the device waits, so the batching thread hands over all that it can and goes on at once.
    `call_soon_threadsafe`, for one, writes to a socket and gives up the GIL for that; the loop wakes, takes it, and
    whoever called waits until the loop has nothing to do.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, name: str, lost: Callable[[], None]) -> None:
        self._loop = loop
        self._lost = lost
        self._given: queue.SimpleQueue[Callable[[], object] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=f"{name}-aide", daemon=True)
        self._thread.start()

    def do(self, what: Callable[[], object]) -> None:
        """Call it in the aide's thread; what it raises is logged."""
        self._given.put(what)

    def tell(self, what: Callable[..., None], *args: object) -> None:
        """Call it in the loop."""
        self._given.put(partial(self._loop.call_soon_threadsafe, what, *args))

    def close(self) -> None:
        """End the thread once it has done all that it was given."""
        self._given.put(None)

    def _work(self) -> None:
        while (what := self._given.get()) is not None:
            try:
                what()
            except Exception:
                if self._loop.is_closed():  # nobody is left to tell
                    self._lost()
                    return
                logger.exception("%s failed", self._thread.name)
