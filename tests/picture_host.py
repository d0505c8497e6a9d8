"""A host of pictures on loopback that answers as it is told, byte by byte. Its names resolve as a test says."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any

import pytest

from serve_app.fetch.fetcher import Fetcher, FetchFailed
from serve_app.fetch.knobs import FetchKnobs
from serve_app.fetch.urls import target_of

Answer = bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]


class PictureHost:
    """answers: by path; bytes of a whole answer, or what writes one. requests: each as its lines. open: connections."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self.answers = answers
        self.requests: list[list[str]] = []
        self.port = 0
        self.open = 0
        self.most_open = 0
        self.resolved: list[str] = []

    @contextlib.asynccontextmanager
    async def serving(self, tls: ssl.SSLContext | None = None) -> AsyncIterator[PictureHost]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=tls)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            yield self

    @property
    def paths(self) -> list[str]:
        return [lines[0].split()[1] for lines in self.requests]

    def knobs(self, **more: object) -> FetchKnobs:
        """Knobs that allow this host, as pictures.test, over HTTP."""
        fields = {"hosts": ["pictures.test"], "ports": [self.port], "networks": ["127.0.0.0/8"], "allow_http": True}
        return FetchKnobs.model_validate({**fields, **more})

    def url(self, path: str, scheme: str = "http", host: str = "pictures.test") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        self.resolved.append(host)
        return ["127.0.0.1"]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            lines = head.decode().split("\r\n")
            self.requests.append(lines)
            answer = self.answers[lines[0].split()[1]]
            if isinstance(answer, bytes):
                writer.write(answer)
            else:
                await answer(writer)
            with contextlib.suppress(OSError):
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client has left
        finally:
            self.open -= 1
            writer.close()


def answer(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """An answer that says its length, the true one unless told otherwise."""
    size = len(body) if length is None else length
    head = [f"HTTP/1.1 {status}", f"Content-Length: {size}", *headers, "Connection: close", "", ""]
    return "\r\n".join(head).encode() + body


LIMIT = 100_000
"""Bytes that `fetch` takes at most."""


async def fetch(host: PictureHost, path: str, time_s: float = 5, **knobs: Any) -> bytes:
    allowed = host.knobs(**knobs)
    return await Fetcher(allowed, host.resolve).fetch(target_of(host.url(path), allowed), LIMIT, time_s)


async def failure(host: PictureHost, path: str, time_s: float = 5, **knobs: Any) -> FetchFailed:
    with pytest.raises(FetchFailed) as failed:
        await fetch(host, path, time_s, **knobs)
    return failed.value
