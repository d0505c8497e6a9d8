"""CPU work in a thread, step by step. Pure asyncio."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


async def in_steps(start: Callable[[], Iterable[T]]) -> list[T]:
    """Run the iteration in a thread. It ends with the current step when the caller is cancelled: no thread can be."""
    left = threading.Event()

    def run() -> list[T]:
        results = []
        for result in start():
            results.append(result)
            if left.is_set():
                break
        return results

    try:
        return await asyncio.to_thread(run)
    finally:
        left.set()
