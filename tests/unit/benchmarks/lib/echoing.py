"""A service whose answers belong to their requests, over both protocols; or do not, when `mixes_up`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from benchmarks.lib.callers import BATCH_ITEMS
from deployments.errors import PushGenError
from deployments.types import Candidate, Decision, Incumbent, Item, Options, Source
from serve_app.contract import messages
from tests.graph.fake_service import FakeService


class EchoingService(FakeService):
    """Has the incumbents among its candidates, as the service does."""

    mixes_up = False
    cuts = False

    def _decision(self, request: messages.GenerateNotificationRequest, request_id: str) -> Decision:
        decision = super()._decision(request, "another" if self.mixes_up else request_id)
        kept = (Candidate(id=i.id, title=i.title, source=Source.INCUMBENT) for i in request.incumbents)
        return decision.model_copy(update={"candidates": tuple(kept), "partial": False, "degradations": ()})

    async def stream(self, *call: Any) -> AsyncIterator[messages.Event]:
        async for event in super().stream(*call):
            if not (self.cuts and isinstance(event, messages.DecidedEvent)):
                yield event

    async def batch(self, *call: Any) -> AsyncIterator[tuple[int, Decision | PushGenError]]:
        async for index, answer in super().batch(*call):
            if not (self.cuts and index):
                yield index, answer


def requests() -> list[messages.GenerateNotificationRequest]:
    return [
        messages.GenerateNotificationRequest(
            item=Item(id=f"item {n}", title="Tea"),
            incumbents=(Incumbent(id="kept", title=f"Kept {n}"),),
            options=Options(time_budget_ms=2000),
            request_id=f"r{n}",
        )
        for n in range(BATCH_ITEMS)
    ]
