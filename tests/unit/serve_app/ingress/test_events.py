"""Server-sent events: their bytes, and what becomes of an error before and after the first one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import Request

from deployments.errors import Overloaded
from serve_app.ingress.events import EventStream, event


def request() -> Request:
    return Request({"type": "http", "path": "/v1/x", "headers": [], "query_string": b"", "state": {"request_id": "r1"}})


@pytest.mark.parametrize(
    ("arguments", "encoded"),
    [
        (("scored", b"{}"), b"event: scored\ndata: {}\n\n"),
        (("scored", b"{}", 3), b"id: 3\nevent: scored\ndata: {}\n\n"),
        (("scored", b"{}", 0), b"id: 0\nevent: scored\ndata: {}\n\n"),
    ],
)
def test_an_event_has_a_name_data_and_perhaps_a_number(arguments: tuple[Any, ...], encoded: bytes) -> None:
    assert event(*arguments) == encoded


class Source:
    """Yields events, then raises `error`, or hangs with `hang`."""

    def __init__(self, *events: bytes, error: Exception | None = None, hang: bool = False) -> None:
        self.events, self.error, self.hang = events, error, hang
        self.closed = False

    async def __call__(self) -> AsyncIterator[bytes]:
        try:
            for each in self.events:
                yield each
            if self.hang:
                await asyncio.Event().wait()
            if self.error is not None:
                raise self.error
        finally:
            self.closed = True


async def sent(source: Source) -> list[dict[str, Any]]:
    """The ASGI messages of the response."""
    messages: list[dict[str, Any]] = []
    stream = await EventStream.start(request(), source())

    async def send(message: Any) -> None:
        messages.append(message)

    async def receive() -> Any:
        await asyncio.Event().wait()

    await stream({"type": "http", "asgi": {"spec_version": "2.4"}}, receive, send)
    return messages


def bodies(messages: list[dict[str, Any]]) -> list[bytes]:
    return [message["body"] for message in messages if message.get("body")]


async def test_each_event_is_a_chunk_of_its_own_and_nothing_keeps_them() -> None:
    source = Source(b"one", b"two", b"three")
    messages = await sent(source)
    headers = dict(messages[0]["headers"])
    assert headers[b"content-type"].startswith(b"text/event-stream")
    assert (headers[b"cache-control"], headers[b"x-accel-buffering"]) == (b"no-store", b"no")
    assert bodies(messages) == [b"one", b"two", b"three"]
    assert source.closed


async def test_an_error_before_the_first_event_is_no_stream() -> None:
    with pytest.raises(Overloaded):
        await EventStream.start(request(), Source(error=Overloaded("full"))())


async def test_a_late_error_is_the_last_event_with_the_id_of_the_request() -> None:
    *first, last = bodies(await sent(Source(b"one", error=Overloaded("full", 3.0))))
    assert first == [b"one"]
    name, data = last.decode().strip().split("\n")
    problem = json.loads(data.removeprefix("data: "))
    assert name == "event: error"
    assert (problem["reason"], problem["request_id"], problem["retry_after_s"]) == ("OVERLOADED", "r1", 3.0)


async def test_a_late_unknown_error_leaks_nothing() -> None:
    last = bodies(await sent(Source(b"one", error=RuntimeError("/srv/secret"))))[-1]
    assert b"secret" not in last
    assert b"INTERNAL" in last


async def test_a_stream_without_events_is_empty() -> None:
    assert bodies(await sent(Source())) == []


async def test_a_reader_that_leaves_closes_the_source() -> None:
    source = Source(b"one", hang=True)
    stream = await EventStream.start(request(), source())
    left = asyncio.Event()

    async def receive() -> Any:
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message.get("body"):
            left.set()

    await asyncio.wait_for(stream({"type": "http", "asgi": {"spec_version": "2.0"}}, receive, send), 5)
    assert source.closed
