"""Closed-loop load on a local application over gRPC and HTTP: prepared messages, and nothing is tried again."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import grpc
import httpx

from deployments.types import Item, Options
from pushgen.v1 import service_pb2, service_pb2_grpc
from serve_app.contract import GenerateNotificationRequest
from serve_app.local import LocalServe
from serve_app.wire import to_message

GENERATE: Final = "generate"
INFO: Final = "info"
CALLS: Final = (GENERATE, INFO)
_TIMEOUT_S: Final = 20.0
_MOST_REQUESTS: Final = 20_000

Ask = Callable[[str], Awaitable[None]]
"""One call by its name in CALLS; raises Failed."""


class Failed(Exception):
    """A request failed, so that no latency or rate means anything; says how."""


def _request() -> GenerateNotificationRequest:
    item = Item(id="ingress", title="Coffee and cake", description="A cup of coffee on a wooden table.")
    return GenerateNotificationRequest(item=item, options=Options(seed=0))


@asynccontextmanager
async def over_grpc(local: LocalServe) -> AsyncIterator[Ask]:
    generate = to_message(_request(), service_pb2.GenerateNotificationRequest)
    # A pool of its own: the first application's connection would be tried for the second's address.
    async with grpc.aio.insecure_channel(local.address, [("grpc.use_local_subchannel_pool", 1)]) as channel:
        stub = service_pb2_grpc.PushGenServiceStub(channel)  # type: ignore[no-untyped-call]
        calls = {
            GENERATE: (stub.GenerateNotification, generate),
            INFO: (stub.GetServiceInfo, service_pb2.GetServiceInfoRequest()),
        }

        async def ask(name: str) -> None:
            rpc, message = calls[name]
            try:
                await rpc(message, timeout=_TIMEOUT_S)
            except grpc.aio.AioRpcError as error:
                raise Failed(f"{name} over gRPC failed with {error.code().name}: {error.details()}") from None

        yield ask


@asynccontextmanager
async def over_http(local: LocalServe) -> AsyncIterator[Ask]:
    body = _request().model_dump_json(exclude_none=True).encode()
    calls: dict[str, dict[str, Any]] = {
        GENERATE: {"method": "POST", "url": "/v1/notifications:generate", "content": body},
        INFO: {"method": "GET", "url": "/v1/info"},
    }
    headers = {"content-type": "application/json"}
    async with httpx.AsyncClient(base_url=local.url, headers=headers, timeout=_TIMEOUT_S, trust_env=False) as client:

        async def ask(name: str) -> None:
            try:
                answer = await client.request(**calls[name])
            except httpx.HTTPError as error:
                raise Failed(f"{name} over HTTP failed: {type(error).__name__}") from None
            if answer.status_code != httpx.codes.OK:
                raise Failed(f"{name} over HTTP failed with {answer.status_code}")

        yield ask


PROTOCOLS: Final = {"grpc": over_grpc, "http": over_http}


async def one_by_one(ask: Callable[[], Awaitable[None]], seconds: float) -> list[float]:
    """Seconds that each request took, one at a time."""
    until = time.perf_counter() + seconds
    took: list[float] = []
    while len(took) < _MOST_REQUESTS and (not took or time.perf_counter() < until):
        began = time.perf_counter()
        await ask()
        took.append(time.perf_counter() - began)
    return took


async def at_once(
    ask: Callable[[], Awaitable[None]], concurrency: int, *, seconds: float = math.inf, count: int = _MOST_REQUESTS
) -> float:
    """Requests/s with so many always under way, for some seconds or a count of requests. A failure ends all."""
    began = time.perf_counter()
    left = count

    async def keep_asking() -> int:
        nonlocal left
        done = 0
        while left > 0 and time.perf_counter() - began < seconds:
            left -= 1
            await ask()
            done += 1
        return done

    workers = [asyncio.ensure_future(keep_asking()) for _ in range(concurrency)]
    try:
        done = await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    return sum(done) / (time.perf_counter() - began)


def percentile(values: Sequence[float], q: float) -> float:
    """The smallest value that at least the share `q` of them does not exceed (nearest rank)."""
    return sorted(values)[max(0, math.ceil(q * len(values) - 1e-9) - 1)]
