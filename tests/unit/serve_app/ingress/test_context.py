"""A stream of the service is closed when its reader stops."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from serve_app.ingress.context import closing


class Source:
    """Counts to three; knows whether it was closed."""

    def __init__(self) -> None:
        self.closed = False

    async def events(self) -> AsyncIterator[int]:
        try:
            for n in range(3):
                yield n
        finally:
            self.closed = True


async def test_a_reader_that_leaves_closes_the_stream_before_it_goes_on() -> None:
    source = Source()
    async with closing(source.events()) as events:
        assert await anext(events) == 0
        assert not source.closed
    assert source.closed


async def test_a_reader_that_fails_closes_it_and_keeps_its_error() -> None:
    source = Source()

    async def read() -> None:
        async with closing(source.events()) as events:
            await anext(events)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await read()
    assert source.closed


async def test_an_iterator_that_cannot_be_closed_is_left_alone() -> None:
    class Plain:
        def __aiter__(self) -> Plain:
            return self

        async def __anext__(self) -> int:
            raise StopAsyncIteration

    async with closing(Plain()) as events:
        assert [event async for event in events] == []
