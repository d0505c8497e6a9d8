"""Sends an attempt as it is and waits for its answer, at most for its bound."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import grpc

from benchmarks.fuzz.attempts import Attempt
from benchmarks.lib.targets import loopback

HUNG: Final = "HUNG"
CLOSED: Final = "CLOSED"
UNREACHABLE: Final = "UNREACHABLE"
_ENDED: Final = b"\r\n0\r\n\r\n"
_PIECE: Final = 2**16


@dataclass(frozen=True)
class Answer:
    """status: of HTTP or gRPC, or how the call ended without one. text: all that came."""

    status: str
    text: str
    wall_ms: float


class HttpSender:
    """One connection an attempt: most of them break it."""

    def __init__(self, address: str, bound_s: float) -> None:
        self._host, _, port = loopback(address).rpartition(":")
        self._port, self._bound_s = int(port), bound_s

    async def send(self, attempt: Attempt) -> Answer:
        began = time.perf_counter()
        data = bytearray()
        try:
            async with asyncio.timeout(self._bound_s):
                status = await self._exchange(attempt, data)
        except TimeoutError:
            status = HUNG if attempt.whole else CLOSED
        except ConnectionRefusedError:
            status = UNREACHABLE
        except OSError:
            status = _status(data)
        return Answer(status, data.decode("utf-8", "replace"), (time.perf_counter() - began) * 1000)

    async def _exchange(self, attempt: Attempt, data: bytearray) -> str:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            # A server may refuse the request while it is still being written.
            with suppress(OSError):
                writer.write(attempt.payload)
                await writer.drain()
                if not attempt.whole:
                    writer.write_eof()
            head_only = attempt.payload.startswith(b"HEAD ")
            while not _complete(data, head_only=head_only):
                piece = await reader.read(_PIECE)
                if not piece:
                    break
                data += piece
            return _status(data)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def close(self) -> None:
        """Nothing is kept open."""


def _status(data: bytearray) -> str:
    """Return the status of the last answer: a "100 Continue" may come before it."""
    status = CLOSED
    for head in bytes(data).split(b"\r\n\r\n", 2)[:2]:
        parts = head[:64].split(None, 2)
        if len(parts) > 1 and parts[0].startswith(b"HTTP/"):
            status = parts[1].decode("latin-1")
        if not status.startswith("1"):
            break
    return status


def _complete(data: bytearray, *, head_only: bool) -> bool:
    head, end, body = bytes(data).partition(b"\r\n\r\n")
    if not end:
        return False
    if head.startswith((b"HTTP/1.1 1", b"HTTP/1.0 1")):  # 100 Continue: the answer follows
        return _complete(bytearray(body), head_only=head_only)
    fields = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:] if b":" in line)
    if head_only or b" 204 " in head[:16] or b" 304 " in head[:16]:
        return True
    if b"chunked" in fields.get(b"transfer-encoding", b""):
        return body.endswith(_ENDED) or body == _ENDED[2:]
    length = fields.get(b"content-length", b"").strip()
    return length.isdigit() and len(body) >= int(length)


class GrpcSender:
    """Raw messages on one channel; nothing is parsed and nothing retried."""

    def __init__(self, address: str, bound_s: float) -> None:
        options = [("grpc.enable_retries", 0), ("grpc.use_local_subchannel_pool", 1), ("grpc.enable_http_proxy", 0),
                   ("grpc.max_receive_message_length", -1)]  # fmt: skip
        self._channel = grpc.aio.insecure_channel(loopback(address), options)
        self._bound_s = bound_s

    async def send(self, attempt: Attempt) -> Answer:
        began = time.perf_counter()
        try:
            async with asyncio.timeout(self._bound_s + 1):
                answer = await self._call(attempt)
                status, text = "OK", answer.decode("utf-8", "replace")
        except grpc.aio.AioRpcError as error:
            trailers = " ".join(f"{key}={_text(value)}" for key, value in error.trailing_metadata() or ())
            status, text = error.code().name, f"{error.details()} {trailers}"
            if error.code() is grpc.StatusCode.UNAVAILABLE and "onnect" in text:
                status = UNREACHABLE
        except TimeoutError:
            status, text = HUNG, ""
        wall_ms = (time.perf_counter() - began) * 1000
        if status == "DEADLINE_EXCEEDED" and wall_ms >= self._bound_s * 1000:
            status = HUNG
        return Answer(status, text, wall_ms)

    async def _call(self, attempt: Attempt) -> bytes:
        call: dict[str, Any] = {"timeout": self._bound_s, "metadata": attempt.metadata}
        if attempt.streams:
            stream: Any = self._channel.unary_stream(attempt.path)
            return b"".join([message async for message in stream(attempt.payload, **call)])
        unary: Any = self._channel.unary_unary(attempt.path)
        return bytes(await unary(attempt.payload, **call))

    async def close(self) -> None:
        await self._channel.close()


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("utf-8", "replace")
