"""Concurrent coroutines whose results are yielded as they finish."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Iterable
from typing import Any, TypeVar

T = TypeVar("T")


async def as_they_finish(work: Iterable[Coroutine[Any, Any, T]]) -> AsyncGenerator[T, None]:
    """Run all of `work` concurrently and yield results in the order they finish.

    Raises the first exception. On every exit (exception, cancellation, early stop) the remaining tasks are cancelled
    and awaited.
    """
    pending = {asyncio.ensure_future(each) for each in work}
    try:
        while pending:
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                yield task.result()
    finally:
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
