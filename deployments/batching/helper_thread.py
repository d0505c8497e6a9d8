"""A thread beside the batcher's own: it does what need not be done between two forwards."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Callable
from functools import partial

logger = logging.getLogger("ray.serve")


class HelperThread:
    """Runs callbacks in order. `lost` is called once, when the event loop has been closed.

    Between two forwards the device waits, so the batching thread hands over all that it can and goes on at once.
    `call_soon_threadsafe`, for one, writes to a socket and gives up the GIL for that; the loop wakes, takes it, and
    whoever called waits until the loop has nothing to do.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, name: str, lost: Callable[[], None]) -> None:
        self._loop = loop
        self._lost = lost
        self._callbacks: queue.SimpleQueue[Callable[[], object] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run_callbacks, name=f"{name}-helper", daemon=True)
        self._thread.start()

    def run(self, callback: Callable[[], object]) -> None:
        """Call it in this thread; what it raises is logged."""
        self._callbacks.put(callback)

    def run_in_loop(self, callback: Callable[..., None], *args: object) -> None:
        """Call it in the loop."""
        self._callbacks.put(partial(self._loop.call_soon_threadsafe, callback, *args))

    def close(self) -> None:
        """End the thread after the callbacks so far."""
        self._callbacks.put(None)

    def _run_callbacks(self) -> None:
        while (callback := self._callbacks.get()) is not None:
            try:
                callback()
            except Exception:
                if self._loop.is_closed():  # nobody is left to tell
                    self._lost()
                    return
                logger.exception("%s failed", self._thread.name)
