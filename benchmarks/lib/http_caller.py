"""A caller over HTTP, as its users write one: it connects again, and comes back when Retry-After says so."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

import httpx
from pydantic import BaseModel

from benchmarks.lib.answers import CUT, NO_ANSWER, belongs, of_batch, of_status
from benchmarks.lib.fates import Fate, Judgement
from deployments.types import Decision
from serve_app.contract.messages import BatchGenerateNotificationsRequest, GenerateNotificationRequest
from serve_app.contract.verbs import BATCH, GENERATE, STREAM

_ATTEMPTS: Final = 3
_CONNECTIONS: Final = 1_000
_LONGEST_S: Final = 600.0


class Unserved(Exception):
    """The answer is not the one that was asked for."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status} {reason}")
        self.judgement = of_status(status, reason)


class HttpCaller:
    """Every call waits at most `patience_s`."""

    def __init__(self, url: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        limits = httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS)
        # It connects again; nothing is sent twice.
        transport = transport or httpx.AsyncHTTPTransport(retries=_ATTEMPTS - 1, limits=limits)
        headers = {"content-type": "application/json"}
        self._client = httpx.AsyncClient(
            base_url=url, transport=transport, headers=headers, timeout=_LONGEST_S, trust_env=False
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def unary(self, request: GenerateNotificationRequest, patience_s: float) -> Judgement:
        return await self._within(patience_s, self._unary(request, patience_s))

    async def stream(self, request: GenerateNotificationRequest, patience_s: float) -> Judgement:
        return await self._within(patience_s, self._stream(request))

    async def batch(self, requests: Sequence[GenerateNotificationRequest], patience_s: float) -> Judgement:
        return await self._within(patience_s, self._batch(requests))

    async def _within(self, patience_s: float, call: Any) -> Judgement:
        try:
            async with asyncio.timeout(patience_s):
                judgement: Judgement = await call
        except Unserved as unserved:
            return unserved.judgement
        except TimeoutError:
            return NO_ANSWER
        except httpx.TransportError as error:
            broken = "unreachable" if isinstance(error, httpx.ConnectError) else f"cut ({type(error).__name__})"
            return Judgement(Fate.LOST, broken)
        return judgement

    async def _unary(self, request: GenerateNotificationRequest, patience_s: float) -> Judgement:
        loop = asyncio.get_running_loop()
        end_s = loop.time() + patience_s
        for attempt in range(1, _ATTEMPTS + 1):
            answer = await self._client.post(GENERATE.path, content=_body(request))
            if answer.status_code == httpx.codes.OK:
                return belongs(GENERATE.response.model_validate_json(answer.content).decision, request)
            pause_s = float(answer.headers.get("retry-after", 0)) * random.uniform(1.0, 1.5)  # noqa: S311
            again = answer.status_code == httpx.codes.SERVICE_UNAVAILABLE and pause_s < end_s - loop.time()
            if not again or attempt == _ATTEMPTS:
                return of_status(answer.status_code, _reason(answer.content), retried=True)
            await asyncio.sleep(pause_s)
        raise AssertionError("unreachable")

    async def _stream(self, request: GenerateNotificationRequest) -> Judgement:
        name = ""
        data: dict[str, Any] = {}
        async for name, data in self._events(STREAM.path, request):
            if name == "error":
                return _of_problem(data)
        if name != "decided":
            return CUT
        return belongs(Decision.model_validate(data["decided"]["decision"]), request)

    async def _batch(self, requests: Sequence[GenerateNotificationRequest]) -> Judgement:
        batch = BatchGenerateNotificationsRequest(requests=tuple(requests), request_id=requests[0].request_id)
        answers = {}
        async for _, data in self._events(BATCH.path, batch):
            if "index" not in data:  # an error of the batch as a whole
                return _of_problem(data)
            at = data["index"]
            answers[at] = (
                belongs(Decision.model_validate(data["decision"]), requests[at])
                if "decision" in data
                else _of_problem(data["error"])
            )
        return of_batch(answers, requests)

    async def _events(self, path: str, request: BaseModel) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        """Yield the name and the data of each server-sent event. Raises Unserved."""
        async with self._client.stream("POST", path, content=_body(request)) as answer:
            if answer.status_code != httpx.codes.OK:
                raise Unserved(answer.status_code, _reason(await answer.aread()))
            name = ""
            async for line in answer.aiter_lines():
                field, _, value = line.partition(": ")
                if field == "event":
                    name = value
                elif field == "data":
                    yield name, json.loads(value)


def _body(request: BaseModel) -> bytes:
    return request.model_dump_json(exclude_none=True).encode()


def _of_problem(problem: dict[str, Any]) -> Judgement:
    return of_status(problem["status"], problem.get("reason", ""))


def _reason(body: bytes) -> str:
    """The reason in a problem; of another body its beginning."""
    try:
        return str(json.loads(body)["reason"])
    except (ValueError, KeyError, TypeError):
        return body[:60].decode("utf-8", "replace")
