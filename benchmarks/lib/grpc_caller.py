"""A caller over gRPC: the shipped Python client, with the retries that it has."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from benchmarks.lib.answers import CUT, NO_ANSWER, belongs, failure, of_batch
from benchmarks.lib.fates import Fate, Judgement
from deployments.errors import DeadlineExceeded, PushGenError
from serve_app.client import AsyncPushGenClient
from serve_app.contract.messages import GenerateNotificationRequest

_SLACK_S: Final = 0.1


class GrpcCaller:
    """Every call waits at most `patience_s`."""

    def __init__(self, address: str, application: str = "") -> None:
        self._client = AsyncPushGenClient(address, application=application)

    async def close(self) -> None:
        await self._client.close()

    async def unary(self, request: GenerateNotificationRequest, patience_s: float) -> Judgement:
        end_s = _now_s() + patience_s
        try:
            return belongs(await self._client.generate(request, timeout_s=patience_s), request)
        except PushGenError as error:
            return _failure(error, end_s, retried=True)

    async def stream(self, request: GenerateNotificationRequest, patience_s: float) -> Judgement:
        end_s = _now_s() + patience_s
        decision, count = None, 0
        try:
            async for event in self._client.stream(request, timeout_s=patience_s):
                count += 1
                if event.sequence != count:
                    return Judgement(Fate.WRONG, "an event is missing")
                decision = event.decided.decision if event.decided else None
        except PushGenError as error:
            return _failure(error, end_s)
        return CUT if decision is None else belongs(decision, request)

    async def batch(self, requests: Sequence[GenerateNotificationRequest], patience_s: float) -> Judgement:
        end_s = _now_s() + patience_s
        answers = {}
        batch_id = requests[0].request_id
        try:
            async for at, answer in self._client.batch(requests, request_id=batch_id, timeout_s=patience_s):
                answers[at] = failure(answer) if isinstance(answer, PushGenError) else belongs(answer, requests[at])
        except PushGenError as error:
            return _failure(error, end_s)
        return of_batch(answers, requests)


def _now_s() -> float:
    return asyncio.get_running_loop().time()


def _failure(error: PushGenError, end_s: float, *, retried: bool = False) -> Judgement:
    """The transport's own deadline is no answer of the service."""
    if isinstance(error, DeadlineExceeded) and _now_s() >= end_s - _SLACK_S:
        return NO_ANSWER
    return failure(error, retried=retried)
