"""Calls into an event loop from a thread that has no time to make them."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from functools import partial


class Messenger:
    """Runs what it is told in `loop`, in order; `lost` is called once when that is no longer possible.

    `call_soon_threadsafe` writes to a socket, for which it gives up the GIL; the loop wakes, takes it, and whoever
    called waits until the loop has nothing to do. A thread of the messenger's makes that call: whoever tells it
    something goes on at once, and keeps the GIL until its next forward gives it up.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, name: str, lost: Callable[[], None]) -> None:
        self._loop = loop
        self._lost = lost
        self._told: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=f"{name}-messages", daemon=True)
        self._thread.start()

    def tell(self, what: Callable[..., None], *args: object) -> None:
        self._told.put(partial(what, *args))

    def close(self) -> None:
        """End the thread once all that was told is on its way."""
        self._told.put(None)

    def _work(self) -> None:
        while (what := self._told.get()) is not None:
            try:
                self._loop.call_soon_threadsafe(what)
            except RuntimeError:  # the loop was closed: nobody is left to tell
                self._lost()
                return
