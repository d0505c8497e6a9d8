"""Fetches one picture. A host is resolved once, its addresses are checked, and one of those is connected to.

httpcore and not httpx: it follows no redirect, decodes no content, keeps no cookie and reads no environment.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from typing import Any, Final

import httpcore
import httpx
from cachetools import TTLCache

from serve_app.fetch.addresses import Network, may_connect
from serve_app.fetch.knobs import FetchKnobs
from serve_app.fetch.urls import Target

logger = logging.getLogger("ray.serve")
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

_MIB: Final = 2**20
# Of a host with more addresses the others are not tried.
_MAX_ADDRESSES = 3
# A name server that does not answer holds its thread for half a minute.
_RESOLVERS = 4
# Answers that another try may turn into a picture.
_TRANSIENT = frozenset({408, 425, 429})
# After so many pieces of a body the event loop has its turn: a hostile server sends a byte a piece.
_PIECES = 64
_HEADERS: Final = (("Accept", "image/*"), ("Accept-Encoding", "identity"), ("User-Agent", "pushgen-serve"))


class Cause(StrEnum):
    """Why a picture is missing, for metrics."""

    HOST = "host"
    ADDRESS = "address"
    CONNECTION = "connection"
    STATUS = "status"
    SIZE = "size"
    TIME = "time"


class FetchFailed(Exception):
    """A picture that was not fetched. `reason` is for the caller; retryable: another try may work."""

    def __init__(self, cause: Cause, reason: str, *, retryable: bool) -> None:
        super().__init__(reason)
        self.cause = cause
        self.reason = reason
        self.retryable = retryable


class SystemResolver:
    """Resolves by the system, in threads of its own: slow name servers must not hold those of the event loop."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_RESOLVERS, thread_name_prefix="resolver")

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """Return all addresses, in the order in which to try them. Raises FetchFailed."""
        try:
            found = await asyncio.wrap_future(
                self._threads.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
            )
        except socket.gaierror as error:
            unknown = error.errno == socket.EAI_NONAME
            raise FetchFailed(Cause.HOST, "has a host that cannot be found", retryable=not unknown) from None
        return [str(entry[4][0]) for entry in found]


class Fetcher:
    """Fetches pictures with one set of knobs."""

    def __init__(self, knobs: FetchKnobs, resolve: Resolve, clock: Callable[[], float] = time.monotonic) -> None:
        self.knobs = knobs
        self._cache: TTLCache[Target, bytes] = TTLCache(knobs.cache_mib * _MIB, knobs.cache_s, clock, len)
        # No connection outlives its picture: new knobs hold for the next one, and nothing needs to be closed.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            max_connections=knobs.max_concurrent,
            max_keepalive_connections=0,
            network_backend=_CheckedBackend(resolve, knobs.networks),
        )

    def cached(self, target: Target) -> bytes | None:
        """Return the picture if it was fetched a short time ago."""
        return self._cache.get(target)

    async def fetch(self, target: Target, max_bytes: int, time_s: float) -> bytes:
        """Fetch a picture of at most `max_bytes` within `time_s`. Raises FetchFailed."""
        try:
            data = await self._within(target, max_bytes, time_s)
        except FetchFailed as failed:
            # The host and never the URL: its query may hold a signature.
            logger.info("a picture from %s %s (%r)", target.host, failed.reason, failed.__cause__)
            raise
        if len(data) <= self._cache.maxsize:
            self._cache[target] = data
        return data

    async def _within(self, target: Target, max_bytes: int, time_s: float) -> bytes:
        try:
            async with asyncio.timeout(time_s):
                return await self._get(target, max_bytes, time_s)
        except TimeoutError as error:
            raise FetchFailed(Cause.TIME, "was not fetched in time", retryable=True) from error
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as error:
            # httpcore's errors hold what they stand for.
            what = "TLS" if any(isinstance(each, ssl.SSLError) for each in (error, *error.args)) else "the connection"
            raise FetchFailed(Cause.CONNECTION, f"was not fetched: {what} failed", retryable=True) from error

    async def _get(self, target: Target, max_bytes: int, time_s: float) -> bytes:
        url = httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
        # The first of several addresses may not answer: the next one needs time too.
        timeouts = {"connect": time_s / 2}
        async with self._pool.stream("GET", url, headers=_HEADERS, extensions={"timeout": timeouts}) as response:
            _check_status(response.status)
            headers = {name.lower(): value for name, value in response.headers}
            _check_size(int(headers.get(b"content-length", 0)), max_bytes)
            body = bytearray()
            pieces = 0
            async for piece in response.aiter_stream():
                body += piece
                _check_size(len(body), max_bytes)
                pieces += 1
                if pieces % _PIECES == 0:
                    await asyncio.sleep(0)
        return bytes(body)


class _CheckedBackend(httpcore.AsyncNetworkBackend):
    """Connects to addresses that were checked. TLS and the Host header keep the name."""

    def __init__(self, resolve: Resolve, networks: Iterable[Network]) -> None:
        self._resolve = resolve
        self._networks = tuple(networks)
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the interface is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises FetchFailed if any address of the host may not be connected to; httpcore's errors."""
        addresses = list(dict.fromkeys(await self._resolve(host, port)))
        if not addresses or not all(may_connect(address, self._networks) for address in addresses):
            logger.warning("%s has an address that is neither public nor in images_by_url.networks", host)
            raise FetchFailed(Cause.ADDRESS, "has a host that this service does not connect to", retryable=False)
        failed: Exception = httpcore.ConnectError()
        for address in addresses[:_MAX_ADDRESSES]:
            try:
                return await self._backend.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed


def _check_status(status: int) -> None:
    if 300 <= status < 400:
        raise FetchFailed(
            Cause.STATUS, "is answered with a redirect, which is not followed: send the final URL", retryable=False
        )
    if status != 200:
        transient = status >= 500 or status in _TRANSIENT
        raise FetchFailed(Cause.STATUS, f"is answered with HTTP status {status}", retryable=transient)


def _check_size(size: int, max_bytes: int) -> None:
    if size > max_bytes:
        reason = f"has more bytes than this service's limit of {max_bytes}"
        raise FetchFailed(Cause.SIZE, reason, retryable=False)
