"""Callers of every form that users have, as one target of load: unary, stream and batch, over gRPC and HTTP.

Every request has a time budget, an id, and an incumbent with words of its own: by them it is seen whether an answer
belongs to its request.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, Self

from benchmarks.lib.grpc_caller import GrpcCaller
from benchmarks.lib.http_caller import HttpCaller
from benchmarks.lib.open_loop import Reply
from deployments.types import Incumbent, Item, Options, Priority
from serve_app.contract.messages import GenerateNotificationRequest
from serve_app.demo.local import LocalServe
from serve_app.flow.knobs import AdmissionKnobs

GRACE_S: Final = 2.0
"""A caller waits so much longer than the budget before it calls a request lost."""
BATCH_ITEMS: Final = 3
# The items of a batch wait for their turn as BACKFILL, and the budget of each begins then. The service promises that a
# batch ends within this time, so who gave up earlier would call lost what is only waiting.
_BATCH_S: Final = AdmissionKnobs().max_batch_s


class Form(NamedTuple):
    protocol: str
    call: str


FORMS: Final = (
    Form("grpc", "unary"), Form("http", "unary"), Form("grpc", "stream"), Form("http", "stream"),
    Form("grpc", "unary"), Form("http", "unary"), Form("grpc", "stream"), Form("http", "stream"),
    Form("grpc", "unary"), Form("http", "unary"), Form("grpc", "batch"), Form("http", "batch"),
)  # fmt: skip
"""In turn: of twelve requests six are unary, four streams and two batches."""


def form_of(index: int) -> Form:
    return FORMS[index % len(FORMS)]


class Callers:
    """Implements Target: request i has the form and the item of its turn."""

    def __init__(self, served: LocalServe, items: Sequence[Item], budget_ms: int, name: str) -> None:
        """name: of the run, a part of the request ids."""
        self._callers: dict[str, GrpcCaller | HttpCaller] = {
            "grpc": GrpcCaller(served.address, served.application),
            "http": HttpCaller(served.url),
        }
        self._items = items
        self._budget_ms = budget_ms
        self._name = name

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for caller in self._callers.values():
            await caller.close()

    @property
    def longest_s(self) -> float:
        """The longest time that a call may take."""
        return max(_BATCH_S, self._budget_ms / 1000) + GRACE_S

    async def send(self, index: int, timeout_s: float) -> Reply:
        form = form_of(index)
        caller = self._callers[form.protocol]
        if form.call == "batch":
            requests = [self.request(index, part) for part in range(BATCH_ITEMS)]
            return (await caller.batch(requests, timeout_s)).reply(timed=False)
        patience_s = min(timeout_s, self._budget_ms / 1000 + GRACE_S)
        call = caller.unary if form.call == "unary" else caller.stream
        return (await call(self.request(index), patience_s)).reply()

    def request(self, index: int, part: int = 0) -> GenerateNotificationRequest:
        request_id = f"{self._name}-{index}-{part}"
        item = self._items[(index + part) % len(self._items)]
        return GenerateNotificationRequest(
            item=item.model_copy(update={"id": f"item of {request_id}", "title": f"{item.title} ({index})"}),
            incumbents=(Incumbent(id="kept", title=f"Kept for {request_id}"),),
            options=Options(time_budget_ms=self._budget_ms, priority=Priority.REALTIME),
            request_id=request_id,
        )
