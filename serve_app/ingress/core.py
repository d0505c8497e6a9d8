"""The service's verbs on contract models, called by both protocols. Knows neither gRPC nor HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from deployments.errors import PushGenError
from deployments.types import Decision
from serve_app.contract.messages import (
    BatchGenerateNotificationsRequest,
    CaptionItemRequest,
    CaptionItemResponse,
    Event,
    GenerateNotificationRequest,
    GetServiceInfoRequest,
    GetServiceInfoResponse,
    RouteItemRequest,
    RouteItemResponse,
    ScoreCopiesRequest,
    ScoreCopiesResponse,
)


class Service(Protocol):
    """The methods that the table of verbs names; `request_id` is already made up by the adapter.

    Each raises errors of `deployments/errors.py` only.
    """

    async def generate(self, request: GenerateNotificationRequest, request_id: str) -> Decision: ...

    def stream(self, request: GenerateNotificationRequest, request_id: str) -> AsyncIterator[Event]: ...

    def batch(
        self, request: BatchGenerateNotificationsRequest, request_id: str
    ) -> AsyncIterator[tuple[int, Decision | PushGenError]]: ...

    async def caption(self, request: CaptionItemRequest, request_id: str) -> CaptionItemResponse: ...

    async def route(self, request: RouteItemRequest, request_id: str) -> RouteItemResponse: ...

    async def score(self, request: ScoreCopiesRequest, request_id: str) -> ScoreCopiesResponse: ...

    async def info(self, request: GetServiceInfoRequest, request_id: str) -> GetServiceInfoResponse: ...

    async def healthy(self) -> dict[str, bool]:
        """Stage name to health, for instance {"captioner": True, ...}; the service is healthy when all are."""
