"""A second thread of the batcher, for work that must not delay the next forward."""

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

    The device is idle between two forwards, so the batching thread hands over all that it can. For example,
    `call_soon_threadsafe` writes to a socket and releases the GIL; the event loop takes it, and the caller waits until
    the loop is idle.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, name: str, lost: Callable[[], None]) -> None:
        self._loop = loop
        self._lost = lost
        self._callbacks: queue.SimpleQueue[Callable[[], object] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run_callbacks, name=f"{name}-helper", daemon=True)
        self._thread.start()

    def run(self, callback: Callable[[], object]) -> None:
        """Run the callback in this thread. Its exceptions are logged."""
        self._callbacks.put(callback)

    def run_in_loop(self, callback: Callable[..., None], *args: object) -> None:
        """Run the callback in the event loop."""
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
