"""Server-sent events: their bytes, and what becomes of an error before and after the first one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import Request

from deployments.errors import Overloaded
from serve_app.ingress.events import HEARTBEAT, EventStream, event


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


async def test_a_stream_that_has_nothing_to_say_beats(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the first event, when the status must leave without it, and between events."""
    monkeypatch.setattr(EventStream, "heartbeat_s", 0.01)
    turns = asyncio.Queue[bytes]()

    async def events() -> AsyncIterator[bytes]:
        while (chunk := await turns.get()) != b"end":
            yield chunk

    stream = await asyncio.wait_for(EventStream.start(request(), events()), 5)
    seen: list[bytes] = []

    async def send(message: Any) -> None:
        if message.get("body"):
            seen.append(message["body"])
            if seen[-2:] == [HEARTBEAT, HEARTBEAT]:
                turns.put_nowait(b"one" if b"one" not in seen else b"end")

    async def receive() -> Any:
        await asyncio.Event().wait()

    await asyncio.wait_for(stream({"type": "http", "asgi": {"spec_version": "2.4"}}, receive, send), 5)
    one = seen.index(b"one")
    assert set(seen[:one]) == set(seen[one + 1 :]) == {HEARTBEAT}


async def test_an_error_after_a_heartbeat_is_an_event(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EventStream, "heartbeat_s", 0.01)
    late = asyncio.Event()

    async def events() -> AsyncIterator[bytes]:
        await late.wait()
        raise Overloaded("full")
        yield b""

    stream = await EventStream.start(request(), events())
    asyncio.get_running_loop().call_later(0.03, late.set)
    chunks = [chunk async for chunk in stream.body_iterator]
    assert set(chunks[:-1]) == {HEARTBEAT}
    assert b"OVERLOADED" in chunks[-1]  # type: ignore[operator]


async def test_a_source_that_is_waited_for_is_closed_when_its_reader_leaves() -> None:
    source = Source(hang=True)
    starting = asyncio.create_task(EventStream.start(request(), source()))
    await asyncio.sleep(0.01)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert source.closed


async def test_what_is_held_is_held_until_the_last_chunk_is_sent() -> None:
    stream = await EventStream.start(request(), Source(b"one", b"two")())
    held: list[bool] = []
    stream.until_sent.callback(lambda: held.append(False))

    async def send(message: Any) -> None:
        assert not held

    async def receive() -> Any:
        await asyncio.Event().wait()

    await stream({"type": "http", "asgi": {"spec_version": "2.4"}}, receive, send)
    assert held == [False]
