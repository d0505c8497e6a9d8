"""Answers are read whole, in any frame, and waited for no longer than their bound."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from benchmarks.fuzz.attempts import Attempt
from benchmarks.fuzz.send import CLOSED, HUNG, UNREACHABLE, HttpSender

REQUEST = Attempt("http", "json", b"POST / HTTP/1.1\r\n\r\n")


@asynccontextmanager
async def answering(*pieces: bytes, close: bool = False) -> AsyncIterator[str]:
    """A server that sends these pieces to whoever connects."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        if not close:
            await reader.read()  # until the client leaves
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ((b"HTTP/1.1 422 No\r\ncontent-length: 2\r\n\r\n{", b"}"), "422"),
        ((b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n", b"0\r\n\r\n"), "200"),
        ((b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"0\r\n\r\n"), "200"),
        ((b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 400 Bad\r\ncontent-length: 0\r\n\r\n"), "400"),
        ((b"HTTP/1.1 204 No Content\r\n\r\n",), "204"),
    ],
)
async def test_an_answer_ends_where_its_frame_says(answer: tuple[bytes, ...], status: str) -> None:
    async with answering(*answer) as address:
        answered = await HttpSender(address, 20.0).send(REQUEST)
    assert answered.status == status
    assert answered.text.encode().endswith(answer[-1])


async def test_without_an_answer_the_status_says_so() -> None:
    async with answering() as address:
        assert (await HttpSender(address, 0.1).send(REQUEST)).status == HUNG
        early = Attempt("http", "frame", b"POST", whole=False)
        assert (await HttpSender(address, 20.0).send(early)).status == CLOSED
    async with answering(close=True) as address:
        assert (await HttpSender(address, 20.0).send(REQUEST)).status == CLOSED
    assert (await HttpSender(address, 20.0).send(REQUEST)).status == UNREACHABLE
