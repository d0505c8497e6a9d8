"""The table of verbs: one row an RPC. gRPC methods, HTTP routes, the OpenAPI document and the client are made of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from google.protobuf.message import Message
from pydantic import BaseModel

from deployments.types import Decision
from pushgen.v1 import service_pb2
from serve_app.contract import messages

Tag = Literal["notifications", "stages", "service"]


def _itself(answer: Any) -> Any:
    return answer


@dataclass(frozen=True)
class Verb:
    """An RPC of `pushgen.v1.PushGenService`.

    rpc: its name in the proto. name: of the method that serves it and of the client's. path: over HTTP, by POST with
    the request as its body, or by GET where the request has no fields. request, response: the contract models, of the
    same names as the messages; response None: the answers of a stream have a form for each protocol. answer: the
    response of what the service's method returns.
    """

    rpc: str
    name: str
    path: str
    request: type[BaseModel]
    response: type[BaseModel] | None
    tag: Tag
    summary: str
    streams: bool = False
    answer: Callable[[Any], Any] = _itself

    @property
    def request_message(self) -> type[Message]:
        found: type[Message] = getattr(service_pb2, f"{self.rpc}Request")
        return found

    @property
    def response_message(self) -> type[Message]:
        found: type[Message] = getattr(service_pb2, f"{self.rpc}Response")
        return found

    @property
    def method(self) -> Literal["GET", "POST"]:
        return "POST" if self.request.model_fields else "GET"


def _decided(decision: Decision) -> messages.GenerateNotificationResponse:
    return messages.GenerateNotificationResponse(decision=decision)


GENERATE: Final = Verb(
    "GenerateNotification", "generate", "/v1/notifications:generate",
    messages.GenerateNotificationRequest, messages.GenerateNotificationResponse,
    "notifications", "One item to one decision", answer=_decided,
)  # fmt: skip
STREAM: Final = Verb(
    "StreamNotification", "stream", "/v1/notifications:stream",
    messages.StreamNotificationRequest, messages.StreamNotificationResponse,
    "notifications", "The same, with events as they happen", streams=True,
)  # fmt: skip
BATCH: Final = Verb(
    "BatchGenerateNotifications", "batch", "/v1/notifications:batch",
    messages.BatchGenerateNotificationsRequest, None,
    "notifications", "Many items; one bad item never fails the others", streams=True,
)  # fmt: skip
CAPTION: Final = Verb(
    "CaptionItem", "caption", "/v1/items:caption",
    messages.CaptionItemRequest, messages.CaptionItemResponse, "stages", "The captioner by itself",
)  # fmt: skip
ROUTE: Final = Verb(
    "RouteItem", "route", "/v1/items:route",
    messages.RouteItemRequest, messages.RouteItemResponse, "stages", "The category router by itself",
)  # fmt: skip
SCORE: Final = Verb(
    "ScoreCopies", "score", "/v1/copies:score",
    messages.ScoreCopiesRequest, messages.ScoreCopiesResponse,
    "stages", "The policy checks and the reward scorer by themselves; ranks human-written copies too",
)  # fmt: skip
INFO: Final = Verb(
    "GetServiceInfo", "info", "/v1/info",
    messages.GetServiceInfoRequest, messages.GetServiceInfoResponse,
    "service", "Models, revisions, adapters, categories, length profiles and limits",
)  # fmt: skip

VERBS: Final = (GENERATE, STREAM, BATCH, CAPTION, ROUTE, SCORE, INFO)
