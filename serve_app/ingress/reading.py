"""Reading of requests beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, TypeVar

T = TypeVar("T")

# The worst request of this size takes some milliseconds to read. Below, a thread would cost more than it saves.
IN_THREAD_BYTES: Final = 16 * 2**10


async def off_loop(read: Callable[[], T], size: int) -> T:
    """Read a request of `size` bytes, in a thread where it may take long."""
    return await asyncio.to_thread(read) if size > IN_THREAD_BYTES else read()
