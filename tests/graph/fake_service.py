"""A `Service` that answers from a script, for the tests of both adapters, the client and the CLI."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from pydantic import BaseModel

from deployments.errors import PushGenError
from deployments.types import Decision
from serve_app.contract import messages
from serve_app.contract.verbs import VERBS, UnaryVerb
from serve_app.flow.intake import Intake
from serve_app.flow.journal import Journal
from serve_app.flow.knobs import IngressKnobs
from serve_app.flow.metrics import NoMetrics
from serve_app.ingress import examples

DECISION = Decision.model_validate(examples.DECISION)


class FakeService:
    """Echoes the request id and the item's id; an error in `fails` is raised by the verb of that name.

    `after` events, a failing stream raises. `seen`, `tenants` and `arrivals` keep what the adapters handed over,
    `closed` counts ended streams, `ended` is set by the first, `reached` by the first call. Unary verbs without a
    method here answer with their example.
    """

    def __init__(self, **fails: Exception) -> None:
        self.fails = fails
        self.knobs = IngressKnobs()
        self.intake = Intake(lambda: self.knobs, NoMetrics())
        self.journal = Journal(NoMetrics(), self.knobs.log)
        self.after = 0
        self.seen: list[Any] = []
        self.tenants: list[str] = []
        self.arrivals: list[float | None] = []
        self.closed = 0
        self.ended = asyncio.Event()
        self.reached = threading.Event()
        self.hang = False
        self.stages: Callable[[], dict[str, bool]] = lambda: {"captioner": True, "generator": True}

    def _take(self, verb: str, request: Any, request_id: str, tenant: str) -> None:
        self.seen.append((verb, request, request_id))
        self.tenants.append(tenant)
        self.reached.set()
        if verb in self.fails and self.after == 0:
            raise self.fails[verb]

    def _decision(self, request: messages.GenerateNotificationRequest, request_id: str) -> Decision:
        return DECISION.model_copy(update={"request_id": request_id, "item_id": request.item.id})

    async def generate(
        self,
        request: messages.GenerateNotificationRequest,
        request_id: str,
        tenant: str = "",
        arrived_s: float | None = None,
    ) -> Decision:
        self._take("generate", request, request_id, tenant)
        self.arrivals.append(arrived_s)
        if self.hang:
            await asyncio.Event().wait()
        return self._decision(request, request_id)

    async def stream(
        self,
        request: messages.GenerateNotificationRequest,
        request_id: str,
        tenant: str = "",
        arrived_s: float | None = None,
    ) -> AsyncIterator[messages.Event]:
        try:
            self._take("stream", request, request_id, tenant)
            self.arrivals.append(arrived_s)
            events = [
                messages.CaptionedEvent(caption=DECISION.caption),
                messages.RoutedEvent(categories=DECISION.categories),
                messages.CandidateEvent(candidate=DECISION.candidates[0]),
                messages.ScoredEvent(candidates=DECISION.candidates[:1]),
                messages.DecidedEvent(decision=self._decision(request, request_id)),
            ]
            for sent, event in enumerate(events):
                if "stream" in self.fails and sent == self.after:
                    raise self.fails["stream"]
                if self.hang and sent == 1:
                    await asyncio.Event().wait()
                yield event
        finally:
            self.closed += 1
            self.ended.set()

    async def batch(
        self,
        request: messages.BatchGenerateNotificationsRequest,
        request_id: str,
        tenant: str = "",
        arrived_s: float | None = None,
    ) -> AsyncIterator[tuple[int, Decision | PushGenError]]:
        try:
            self._take("batch", request, request_id, tenant)
            self.arrivals.append(arrived_s)
            if self.hang:
                await asyncio.Event().wait()
            for index in reversed(range(len(request.requests))):
                one = request.requests[index]
                if isinstance(one, PushGenError):
                    yield index, one
                    continue
                error = self.fails.get(one.item.id)
                if isinstance(error, PushGenError):
                    yield index, error
                else:
                    yield index, self._decision(one, one.request_id or f"{request_id}/{index}")
            if "batch" in self.fails:
                raise self.fails["batch"]
        finally:
            self.closed += 1
            self.ended.set()

    async def healthy(self) -> dict[str, bool]:
        if "healthy" in self.fails:
            raise self.fails["healthy"]
        return self.stages()


def _example(verb: UnaryVerb[Any, Any]) -> Callable[..., Awaitable[BaseModel]]:
    """A method that answers with the example of the OpenAPI document."""

    async def answer(
        self: FakeService, request: BaseModel, request_id: str, tenant: str = "", arrived_s: float | None = None
    ) -> BaseModel:
        self._take(verb.name, request, request_id, tenant)
        self.arrivals.append(arrived_s)
        echoed = {"request_id": request_id} if "request_id" in verb.response.model_fields else {}
        response: BaseModel = verb.response.model_validate(examples.ANSWERS[verb.rpc] | echoed)
        return response

    return answer


for _verb in VERBS:
    if isinstance(_verb, UnaryVerb) and not hasattr(FakeService, _verb.name):
        setattr(FakeService, _verb.name, _example(_verb))


class Flapping:
    """Stage health that changes at each look."""

    def __init__(self) -> None:
        self._looks = itertools.cycle([True, True, False])

    def __call__(self) -> dict[str, bool]:
        return {"generator": next(self._looks)}
