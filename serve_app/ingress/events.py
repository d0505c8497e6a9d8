"""Server-sent events: a stream of them as a response, and their bytes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable

from fastapi import Request
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from serve_app.ingress.context import closing
from serve_app.ingress.problems import problem_of


class EventStream(StreamingResponse):
    """Server-sent events, one chunk per event. The source is closed when the response ends."""

    def __init__(self, events: AsyncIterator[bytes], chunks: AsyncIterator[bytes]) -> None:
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}  # the second is nginx's
        super().__init__(chunks, media_type="text/event-stream", headers=headers)
        self._events = events

    @classmethod
    async def start(cls, request: Request, events: AsyncIterator[bytes]) -> EventStream:
        """Wait for the first event, so that a refused request gets its own status instead of a stream."""
        try:
            first = [await anext(events)]
        except StopAsyncIteration:
            first = []
        return cls(events, _chunks(request, first, events))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with closing(self._events):
            await super().__call__(scope, receive, send)


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
