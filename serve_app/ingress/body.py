"""Bodies of HTTP requests: read up to a limit, and decompressed."""

from __future__ import annotations

import asyncio
import codecs
import zlib
from collections.abc import Iterator

from fastapi import Request

from serve_app.flow.intake import Holding
from serve_app.ingress.http_settings import HttpSettings
from serve_app.ingress.problems import HttpError

ENCODINGS = ("gzip", "deflate")
# Nobody stacks more on purpose, and each is another pass over the body.
MAX_STACKED = 2
# JSON of images shrinks to three quarters, and of text to a tenth. Deflate itself reaches 1000: a small body would take
# as much memory here as the largest.
MAX_RATIO = 100
FREE_BYTES = 2**20
# Beyond, a body may grow tenfold only. A text of a hundred megabytes keeps the interpreter for a second.
MANY_BYTES = 16 * 2**20
MAX_RATIO_OF_MANY = 10
# Of a gzip file; each costs a start.
MAX_MEMBERS = 1000
_PIECE = 2**18
# Bytes a second, beyond the time that every body has.
_SLOWEST = 2**20
_MAX_DIGITS = 20


def require_json(request: Request) -> None:
    """Raise HttpError unless the request says that its body is JSON.

    A missing type is refused too: browsers let any page send what is neither typed nor JSON.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_json = kind in {"application/json", "text/json"} or (kind.startswith("application/") and kind.endswith("+json"))
    if not is_json:
        sent = f", not as {kind[:80]}" if kind else ""
        raise HttpError(415, "UNSUPPORTED_MEDIA_TYPE", f"send the request as application/json{sent}")


async def read_body(request: Request, settings: HttpSettings, holding: Holding) -> bytes:
    """Return the body, decompressed and without a byte order mark. Raises HttpError, Overloaded."""
    encodings = _encodings(request)
    body = await _arrived(request, settings, holding)
    if encodings:
        body = await asyncio.to_thread(_decode, body, encodings, settings.max_body_bytes)
        holding.add(len(body))
    # Editors and .NET put the mark before JSON, which has no place for it.
    return body.removeprefix(codecs.BOM_UTF8)


async def _arrived(request: Request, settings: HttpSettings, holding: Holding) -> bytes:
    """Return the body as it was sent. What is slow in coming keeps a slot of the replica, so its time is bounded."""
    max_bytes = settings.max_body_bytes
    refusal = HttpError(413, "BODY_TOO_LARGE", f"the body is larger than {max_bytes} bytes")
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and (len(declared) > _MAX_DIGITS or int(declared) > max_bytes):
        raise refusal
    chunks, size = [], 0
    until = asyncio.get_running_loop().time() + settings.body_timeout_s
    try:
        async with asyncio.timeout_at(until) as timeout:
            async for chunk in request.stream():
                size += len(chunk)
                if size > max_bytes:
                    raise refusal
                holding.add(len(chunk))
                chunks.append(chunk)
                timeout.reschedule(until + size / _SLOWEST)
    except TimeoutError:
        waited = f"{size} bytes of the body arrived, and then the rest did not in time"
        raise HttpError(408, "BODY_TOO_SLOW", waited) from None
    return b"".join(chunks)


def _encodings(request: Request) -> list[str]:
    """Return the encodings of the body, in the order of their application."""
    values = ",".join(request.headers.getlist("content-encoding"))
    names = [name.strip().lower().removeprefix("x-") for name in values.split(",")]
    encodings = [name for name in names if name not in {"", "identity"}]
    accepted = {"Accept-Encoding": ", ".join(ENCODINGS)}
    unknown = next((name for name in encodings if name not in ENCODINGS), None)
    if unknown is not None:
        detail = f"the encoding {unknown[:80]!r} is not known; send the body as it is, or as gzip or deflate"
        raise HttpError(415, "UNSUPPORTED_ENCODING", detail, accepted)
    if len(encodings) > MAX_STACKED:
        detail = f"the body is compressed {len(encodings)} times; send it compressed once"
        raise HttpError(415, "UNSUPPORTED_ENCODING", detail, accepted)
    return encodings


def _decode(body: bytes, encodings: list[str], max_bytes: int) -> bytes:
    for encoding in reversed(encodings):
        body = _inflate(body, encoding, max_bytes)
    return body


def _inflate(body: bytes, encoding: str, max_bytes: int) -> bytes:
    pieces, size = [], 0
    allowed = max(FREE_BYTES, min(MAX_RATIO * len(body), MANY_BYTES), MAX_RATIO_OF_MANY * len(body))
    try:
        for piece in _pieces(body, encoding):
            size += len(piece)
            if size > max_bytes:
                raise HttpError(413, "BODY_TOO_LARGE", f"the decompressed body is larger than {max_bytes} bytes")
            if size > allowed:
                detail = (
                    f"the body grows more than {allowed / len(body):.0f} times when decompressed; send it uncompressed"
                )
                raise HttpError(413, "BODY_TOO_LARGE", detail)
            pieces.append(piece)
    except (zlib.error, EOFError) as error:
        why = "it ends too early" if isinstance(error, EOFError) else "it is damaged, or was never compressed"
        raise HttpError(400, "MALFORMED_ENCODING", f"the body is not {encoding}: {why}") from None
    return b"".join(pieces)


def _pieces(body: bytes, encoding: str) -> Iterator[bytes]:
    """Decompress in pieces, so that a limit holds before the memory is used. Raises EOFError, zlib.error."""
    at = 0
    for _ in range(MAX_MEMBERS):
        stream = zlib.decompressobj(_window(body[at : at + 2], encoding))
        while not stream.eof:
            taken = stream.unconsumed_tail
            if not taken:
                # Piecewise in, too: zlib copies what it leaves.
                taken, at = body[at : at + _PIECE], at + _PIECE
            piece = stream.decompress(taken, _PIECE)
            if not taken and not piece and not stream.eof:
                raise EOFError
            yield piece
        at = min(at, len(body)) - len(stream.unused_data)
        if encoding != "gzip" or body[at : at + 1] in {b"", b"\0"}:  # the end, or padding
            return
    raise zlib.error


def _window(start: bytes, encoding: str) -> int:
    """Return zlib's name of the format. Some clients send `deflate` without the zlib header that it asks for."""
    if encoding == "gzip":
        return zlib.MAX_WBITS | 16
    has_header = len(start) == 2 and start[0] & 15 == 8 and int.from_bytes(start) % 31 == 0
    return zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS
