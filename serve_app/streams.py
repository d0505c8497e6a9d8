"""Ends a stream before its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TypeVar

T = TypeVar("T")


async def until(enough: asyncio.Event, source: AsyncIterator[T]) -> AsyncGenerator[T, None]:
    """What `source` yields, until there is `enough`: then its next item is cancelled, wherever that waits.

    However this ends, `source` has ended by then, and been closed if it is a generator.
    """
    stop = asyncio.ensure_future(enough.wait())
    item: asyncio.Future[T] | None = None
    try:
        while not enough.is_set():
            item = asyncio.ensure_future(anext(source))
            await asyncio.wait({item, stop}, return_when=asyncio.FIRST_COMPLETED)
            if not item.done():
                return
            try:
                found = item.result()
            except StopAsyncIteration:
                return
            yield found
    finally:
        ending = [f for f in (stop, item) if f is not None and not f.done()]
        for each in ending:
            each.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
        close = getattr(source, "aclose", None)
        if close is not None:
            await close()
