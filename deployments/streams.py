"""Async streams: one that ends early, and one that is read ahead in batches."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TypeVar

T = TypeVar("T")


async def until(enough: asyncio.Event, source: AsyncIterator[T]) -> AsyncGenerator[T, None]:
    """Yield the items of `source` until `enough` is set, then cancel the pending item.

    On every exit `source` has ended; a generator has been closed.
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
                result = item.result()
            except StopAsyncIteration:
                return
            yield result
    finally:
        ending = [f for f in (stop, item) if f is not None and not f.done()]
        for each in ending:
            each.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
        close = getattr(source, "aclose", None)
        if close is not None:
            await close()


async def together(source: AsyncGenerator[T, None]) -> AsyncGenerator[list[T], None]:
    """Yield the items of `source` in batches: all that have arrived while the consumer worked on the last batch.

    A batch also takes items that arrive in consecutive turns of the event loop. There is no backpressure, so `source`
    must be finite. When it raises, earlier items are yielded first. On every exit `source` has been closed.
    """
    pending: list[T] = []
    news = asyncio.Event()

    async def read() -> None:
        async for item in source:
            pending.append(item)
            news.set()

    reader = asyncio.ensure_future(read())
    reader.add_done_callback(lambda _: news.set())
    try:
        while pending or not reader.done():
            if not pending:
                news.clear()
                await news.wait()
                continue
            seen = 0
            while seen < len(pending):  # one more turn of the loop is cheap compared with a message
                seen = len(pending)
                await asyncio.sleep(0)
            batch = pending.copy()
            pending.clear()
            yield batch
        reader.result()
    finally:
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)
        await source.aclose()
