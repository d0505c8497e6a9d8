"""Callers of every form, to be cancelled, or killed with their process: `python -m tests.chaos.callers_that_leave`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable

import httpx

from deployments.types import Image, Item, Options
from serve_app.client import AsyncPushGenClient
from serve_app.contract.messages import BatchGenerateNotificationsRequest, GenerateNotificationRequest
from serve_app.contract.verbs import BATCH, GENERATE, STREAM
from tests.graph.stages import PIXEL

BUDGET_S = 20.0
REQUEST = GenerateNotificationRequest(
    item=Item(title="Coffee and cake", images=(Image(data=PIXEL),)),
    options=Options(time_budget_ms=int(1000 * BUDGET_S)),
)
BATCH_REQUEST = BatchGenerateNotificationsRequest(requests=(REQUEST,))


class Callers:
    """Each method makes one call, which lasts as long as its budget, unless it is cancelled."""

    def __init__(self, address: str, url: str) -> None:
        self._client = AsyncPushGenClient(address)
        limits = httpx.Limits(max_connections=None)
        self._http = httpx.AsyncClient(base_url=url, limits=limits, timeout=3 * BUDGET_S, trust_env=False)

    async def close(self) -> None:
        await self._client.close()
        await self._http.aclose()

    def kinds(self) -> dict[str, Callable[[], Awaitable[None]]]:
        return {
            "grpc unary": self._grpc_unary,
            "grpc stream": self._grpc_stream,
            "grpc batch": self._grpc_batch,
            "http unary": lambda: self._post(GENERATE.path, REQUEST),
            "http stream": lambda: self._read(STREAM.path, REQUEST),
            "http batch": lambda: self._read(BATCH.path, BATCH_REQUEST),
        }

    async def _grpc_unary(self) -> None:
        await self._client.generate(REQUEST)

    async def _grpc_stream(self) -> None:
        async for _ in self._client.stream(REQUEST):
            pass

    async def _grpc_batch(self) -> None:
        async for _ in self._client.batch([REQUEST]):
            pass

    async def _post(self, path: str, request: GenerateNotificationRequest) -> None:
        await self._http.post(path, json=request.model_dump(mode="json", exclude_none=True))

    async def _read(self, path: str, request: GenerateNotificationRequest | BatchGenerateNotificationsRequest) -> None:
        body = request.model_dump(mode="json", exclude_none=True)
        async with self._http.stream("POST", path, json=body) as answer:
            async for _ in answer.aiter_bytes():
                pass


async def main(address: str, url: str, count: int) -> None:
    """Make so many calls of every kind in turn, and wait for them."""
    callers = Callers(address, url)
    kinds = list(callers.kinds().values())
    await asyncio.gather(*(kinds[n % len(kinds)]() for n in range(count)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
