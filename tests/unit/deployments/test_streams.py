from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from deployments.streams import together, until


class Source:
    """Yields 0, 1, 2 and then waits for ever, or breaks; knows how it ended."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.cancelled = self.closed = False

    async def __call__(self) -> AsyncGenerator[int, None]:
        try:
            for n in range(3):
                yield n
            if self.error is not None:
                raise self.error
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        finally:
            self.closed = True


async def test_enough_cancels_the_item_that_is_waited_for() -> None:
    source, enough = Source(), asyncio.Event()
    stream = until(enough, source())
    assert [await anext(stream) for _ in range(3)] == [0, 1, 2]
    waiting = asyncio.create_task(anext(stream, None))  # type: ignore[arg-type]
    for _ in range(5):
        await asyncio.sleep(0)
    assert not waiting.done()
    enough.set()
    assert await asyncio.wait_for(waiting, 5) is None
    assert (source.cancelled, source.closed) == (True, True)


async def test_enough_between_two_items_ends_it_too() -> None:
    source, enough = Source(), asyncio.Event()
    seen = []
    async for n in until(enough, source()):
        seen.append(n)
        enough.set()
    assert seen == [0]
    assert (source.cancelled, source.closed) == (False, True)


async def test_the_sources_own_end_and_errors_pass_through() -> None:
    async def two() -> AsyncGenerator[int, None]:
        yield 1
        yield 2

    assert [n async for n in until(asyncio.Event(), two())] == [1, 2]
    with pytest.raises(ValueError, match="broken"):
        _ = [n async for n in until(asyncio.Event(), Source(ValueError("broken"))())]


async def test_a_consumer_that_leaves_or_is_cancelled_ends_the_source_and_leaves_no_task() -> None:
    before = asyncio.all_tasks()
    left = Source()
    stream = until(asyncio.Event(), left())
    await anext(stream)
    await stream.aclose()
    assert left.closed

    waiting = Source()

    async def consume() -> None:
        async for _ in until(asyncio.Event(), waiting()):
            pass

    task = asyncio.create_task(consume())
    for _ in range(20):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (waiting.cancelled, waiting.closed) == (True, True)
    assert asyncio.all_tasks() == before


async def test_what_comes_while_items_are_worked_on_comes_together() -> None:
    go = asyncio.Event()

    async def source() -> AsyncGenerator[int, None]:
        yield 0
        await go.wait()
        for n in range(1, 4):
            yield n

    batches = []
    async for batch in together(source()):
        batches.append(batch)
        go.set()
        for _ in range(5):
            await asyncio.sleep(0)
    assert batches == [[0], [1, 2, 3]]


async def test_what_comes_turn_by_turn_comes_together() -> None:
    async def source() -> AsyncGenerator[int, None]:
        for n in range(4):
            await asyncio.sleep(0)
            yield n

    assert [batch async for batch in together(source())] == [[0, 1, 2, 3]]


async def test_what_came_before_an_error_is_handed_over_first() -> None:
    source = Source(RuntimeError("broken"))
    stream = together(source())
    assert await anext(stream) == [0, 1, 2]
    with pytest.raises(RuntimeError, match="broken"):
        await anext(stream)
    assert source.closed


async def test_leaving_early_ends_the_source() -> None:
    source = Source()
    stream = together(source())
    assert await anext(stream)
    await stream.aclose()
    assert (source.cancelled, source.closed) == (True, True)


async def test_a_consumer_that_is_cancelled_while_it_waits_ends_the_source() -> None:
    source = Source()

    async def consume() -> None:
        async for _ in together(source()):
            pass

    task = asyncio.create_task(consume())
    for _ in range(10):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (source.cancelled, source.closed) == (True, True)


async def test_an_empty_source_yields_nothing() -> None:
    async def nothing() -> AsyncGenerator[int, None]:
        for n in ():
            yield n

    assert [batch async for batch in together(nothing())] == []
