"""Server-sent events: a stream of them as a response, its heartbeat, and their bytes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import ExitStack, aclosing
from typing import Final

from fastapi import Request
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from serve_app.ingress.context import closing
from serve_app.ingress.problems import problem_of

# A comment, which readers of events pass over. Whatever stands between sees that the stream lives.
HEARTBEAT: Final = b": waiting\n\n"


class EventStream(StreamingResponse):
    """Server-sent events, one chunk per event. The source is closed when the response ends.

    until_sent: what is held until then.
    """

    heartbeat_s = 10.0

    def __init__(self, events: AsyncGenerator[bytes, None], chunks: AsyncIterator[bytes]) -> None:
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}  # the second is nginx's
        super().__init__(chunks, media_type="text/event-stream", headers=headers)
        self._events = events
        self.until_sent = ExitStack()

    @classmethod
    async def start(cls, request: Request, events: AsyncIterator[bytes]) -> EventStream:
        """Wait for the first event, so that a refused request gets its own status instead of a stream.

        With no event in the time of a heartbeat the stream begins.
        """
        beating = with_heartbeats(events, cls.heartbeat_s)
        try:
            first = [await anext(beating)]
        except StopAsyncIteration:
            first = []
        return cls(beating, _chunks(request, first, beating))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self.until_sent:
            async with aclosing(self._events):
                await super().__call__(scope, receive, send)


async def with_heartbeats(events: AsyncIterator[bytes], period_s: float) -> AsyncGenerator[bytes, None]:
    """Yield the events, and a heartbeat whenever none came for `period_s`. On every exit `events` has been closed."""
    pending: asyncio.Future[bytes] | None = None
    async with closing(events):
        try:
            while True:
                pending = asyncio.ensure_future(anext(events))
                while not (await asyncio.wait({pending}, timeout=period_s))[0]:
                    yield HEARTBEAT
                try:
                    chunk = pending.result()
                except StopAsyncIteration:
                    return
                yield chunk
        finally:
            if pending is not None and not pending.done():
                pending.cancel()
                await asyncio.gather(pending, return_exceptions=True)


async def _chunks(request: Request, first: Iterable[bytes], events: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    for chunk in first:
        yield chunk
    try:
        async for chunk in events:
            yield chunk
    except Exception as error:  # noqa: BLE001 - the status has left already: the error becomes the last event
        yield event("error", problem_of(request, error).json_bytes())


def event(name: str, data: bytes, number: int | None = None) -> bytes:
    """Encode one server-sent event. The data is JSON on one line."""
    return b"%sevent: %s\ndata: %s\n\n" % (b"" if number is None else b"id: %d\n" % number, name.encode(), data)
