"""Streams that end before their end, and streams that are read on while their items are worked on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TypeVar

T = TypeVar("T")


async def until(enough: asyncio.Event, source: AsyncIterator[T]) -> AsyncGenerator[T, None]:
    """The items of `source`, until there is `enough`: then its next item is cancelled, wherever that waits.

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


async def together(source: AsyncGenerator[T, None]) -> AsyncGenerator[list[T], None]:
    """The items of `source`, read on while the last ones are worked on: each time all that came meanwhile, and all that
    comes turn by turn of the event loop, without a wait between.

    Nothing holds the source back, so it must be one that ends. When it raises, what came before is yielded first.
    However this ends, the source has been closed by then.
    """
    found: list[T] = []
    news = asyncio.Event()

    async def read() -> None:
        async for item in source:
            found.append(item)
            news.set()

    reader = asyncio.ensure_future(read())
    reader.add_done_callback(lambda _: news.set())
    try:
        while found or not reader.done():
            if not found:
                news.clear()
                await news.wait()
                continue
            seen = 0
            while seen < len(found):  # a turn of the loop more costs nothing beside what a message costs
                seen = len(found)
                await asyncio.sleep(0)
            those = found.copy()
            found.clear()
            yield those
        reader.result()
    finally:
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)
        await source.aclose()
