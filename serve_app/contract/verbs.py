"""The table of verbs: one row an RPC. gRPC methods, HTTP routes, the OpenAPI document and the client are made of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, Literal, TypeVar

from google.protobuf.message import Message
from pydantic import BaseModel

from deployments.types import Decision
from pushgen.v1 import service_pb2
from serve_app.contract import messages

Tag = Literal["notifications", "stages", "service"]
Request = TypeVar("Request", bound=BaseModel)
Response = TypeVar("Response", bound=BaseModel)


def _as_returned(answer: Any) -> Any:
    return answer


@dataclass(frozen=True)
class Verb:
    """An RPC of `pushgen.v1.PushGenService`.

    rpc: its name in the proto. name: of the method that serves it and of the client's. path: over HTTP, by POST with
    the request as its body, or by GET where the request has no fields. request: the contract model, of the same name as
    the message.
    """

    rpc: str
    name: str
    path: str
    tag: Tag
    summary: str
    request: type[BaseModel]

    @property
    def request_message(self) -> type[Message]:
        message_type: type[Message] = getattr(service_pb2, f"{self.rpc}Request")
        return message_type

    @property
    def response_message(self) -> type[Message]:
        message_type: type[Message] = getattr(service_pb2, f"{self.rpc}Response")
        return message_type

    @property
    def method(self) -> Literal["GET", "POST"]:
        return "POST" if self.request.model_fields else "GET"


@dataclass(frozen=True)
class UnaryVerb(Verb, Generic[Request, Response]):
    """An RPC with one answer.

    response: the answer's contract model, of the same name as the message. answer: from what the service's method
    returns to the response; the same, unless the row says otherwise.
    """

    request: type[Request]
    response: type[Response]
    answer: Callable[[Any], Response] = _as_returned


@dataclass(frozen=True)
class StreamVerb(Verb):
    """An RPC with a stream of answers. Each protocol has its own form of them: `_ANSWERS` in the ingress."""


AnyVerb = UnaryVerb[Any, Any] | StreamVerb


def _decided(decision: Decision) -> messages.GenerateNotificationResponse:
    return messages.GenerateNotificationResponse(decision=decision)


GENERATE: Final = UnaryVerb(
    "GenerateNotification", "generate", "/v1/notifications:generate", "notifications", "One item to one decision",
    messages.GenerateNotificationRequest, messages.GenerateNotificationResponse, answer=_decided,
)  # fmt: skip
STREAM: Final = StreamVerb(
    "StreamNotification", "stream", "/v1/notifications:stream", "notifications",
    "The same, with events as they happen", messages.StreamNotificationRequest,
)  # fmt: skip
BATCH: Final = StreamVerb(
    "BatchGenerateNotifications", "batch", "/v1/notifications:batch", "notifications",
    "Many items; one bad item never fails the others", messages.BatchGenerateNotificationsRequest,
)  # fmt: skip
CAPTION: Final = UnaryVerb(
    "CaptionItem", "caption", "/v1/items:caption", "stages", "The captioner by itself",
    messages.CaptionItemRequest, messages.CaptionItemResponse,
)  # fmt: skip
ROUTE: Final = UnaryVerb(
    "RouteItem", "route", "/v1/items:route", "stages", "The category router by itself",
    messages.RouteItemRequest, messages.RouteItemResponse,
)  # fmt: skip
SCORE: Final = UnaryVerb(
    "ScoreCopies", "score", "/v1/copies:score", "stages",
    "The policy checks and the reward scorer by themselves; ranks human-written copies too",
    messages.ScoreCopiesRequest, messages.ScoreCopiesResponse,
)  # fmt: skip
CHECK: Final = UnaryVerb(
    "CheckCopy", "check", "/v1/copies:check", "stages", "The policy checks by themselves, with a verdict for each copy",
    messages.CheckCopyRequest, messages.CheckCopyResponse,
)  # fmt: skip
INFO: Final = UnaryVerb(
    "GetServiceInfo", "info", "/v1/info", "service",
    "Models, revisions, adapters, categories, length profiles and limits",
    messages.GetServiceInfoRequest, messages.GetServiceInfoResponse,
)  # fmt: skip

VERBS: Final[tuple[AnyVerb, ...]] = (GENERATE, STREAM, BATCH, CAPTION, ROUTE, SCORE, CHECK, INFO)
