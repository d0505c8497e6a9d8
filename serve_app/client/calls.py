"""Client calls: request encoding and response decoding, shared by the sync and the async client."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Generic, TypeVar

from google.protobuf.message import DecodeError, Message
from google.rpc import status_pb2
from grpc_health.v1 import health_pb2
from pydantic import BaseModel

from deployments.errors import InvalidInput, PushGenError, Violation
from deployments.types import Decision, Image, Item, VideoFrame
from pushgen.v1 import service_pb2
from serve_app.client.address import Address
from serve_app.client.unreachable import error_without_details
from serve_app.contract.codec import from_message, to_message
from serve_app.contract.errors import DETAILS_KEY, from_status
from serve_app.contract.headers import header_safe, item_request_id, with_budget
from serve_app.contract.messages import (
    BatchGenerateNotificationsRequest,
    GenerateNotificationRequest,
    StreamNotificationResponse,
)
from serve_app.contract.requests import isolated, parse_value
from serve_app.contract.verbs import BATCH, GENERATE, STREAM, Request, Response, UnaryVerb

T = TypeVar("T")

# Timeout of a call without one, so that a lost answer cannot block the caller for ever.
DEFAULT_TIMEOUT_S = 120.0
# The same of a batch. A service ends a batch earlier, at its `admission.max_batch_s`.
DEFAULT_BATCH_TIMEOUT_S = 900.0
# A budget in milliseconds has 31 bits.
LONGEST_TIMEOUT_S = 2_000_000.0
MAX_MESSAGE_BYTES = 512 * 2**20
MAX_TRIES = 3


def channel_options() -> list[tuple[str, Any]]:
    return [
        ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
        ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
        ("grpc.service_config_disable_resolution", 1),  # no retry policy but that of `retries.py`
        # Servers refuse pings more often than every five minutes by default.
        ("grpc.keepalive_time_ms", 330_000),
        ("grpc.keepalive_timeout_ms", 20_000),
        # By default a client stays away from a service that is back for up to two minutes.
        ("grpc.max_reconnect_backoff_ms", 5_000),
    ]


def image(path: str | Path, alt_text: str = "") -> Image:
    """Read an image from a file, without decoding it. Raises OSError."""
    return Image(data=Path(path).read_bytes(), alt_text=alt_text)


def frame(path: str | Path, offset_ms: int = 0) -> VideoFrame:
    """Read a video frame from an image file. Raises OSError."""
    return VideoFrame(data=Path(path).read_bytes(), offset_ms=offset_ms)


# --- requests and answers ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RpcCall(Generic[T]):
    """A call to make. read: decodes an answer; None for an answer to skip.

    refusals: answers that need no service; without a request there are no others. max_tries: see `retries.py`.
    repeatable: making it twice gives the same answer, so it may be made again when its answer was lost.
    """

    rpc: str
    request: BaseModel | None
    message_type: type[Message]
    read: Callable[[Any], T]
    timeout_is_budget: bool = True
    refusals: Sequence[Any] = ()
    max_tries: int = 1
    repeatable: bool = False

    def message(self, timeout_s: float | None) -> Any:
        """Encode the request, with the timeout as its time budget if it has none. Raises InvalidInput."""
        budget_ms = None
        if timeout_s is not None and self.timeout_is_budget:
            # The service must answer before the transport gives up, else its partial answer is lost.
            budget_ms = max(1, int(1000 * (timeout_s - min(0.5, 0.05 * timeout_s))))
        if self.request is None:
            raise RuntimeError("there is nothing to send")
        try:
            return to_message(with_budget(self.request, budget_ms), self.message_type)
        except (ValueError, TypeError):  # of a model that was made without validation
            raise InvalidInput([Violation("request", "does not fit the contract")]) from None

    def transport_timeout_s(self, message: Any, timeout_s: float | None) -> float:
        """Return the timeout for gRPC."""
        if timeout_s is not None:
            return timeout_s
        if not self.timeout_is_budget:
            return DEFAULT_BATCH_TIMEOUT_S
        holder = message.options if hasattr(message, "options") else message
        return max(DEFAULT_TIMEOUT_S, getattr(holder, "time_budget_ms", 0) / 1000 + 5.0)


def request_from(model: type[Request], content: Item | Request | Mapping[str, Any], **fields: Any) -> Request:
    """Make a request of the model, from such a request, a dictionary of its keys, or an item and further fields.

    A dictionary may also be ProtoJSON. Raises InvalidInput.
    """
    if isinstance(content, model):
        return content
    return parse_value(model, {"item": content, **fields} if isinstance(content, Item) else content)


def unary(verb: UnaryVerb[Request, Response], content: Item | Request, **fields: Any) -> RpcCall[Response]:
    """Make the call of a unary verb. An item is wrapped, with the fields, in the verb's request."""
    request = request_from(verb.request, content, **fields)
    return RpcCall(verb.rpc, request, verb.request_message, _reader(verb), max_tries=MAX_TRIES, repeatable=True)


Content = Item | GenerateNotificationRequest | Mapping[str, Any]


def generate(content: Content) -> RpcCall[Decision]:
    read = _reader(GENERATE)
    request = request_from(GENERATE.request, content)
    return RpcCall(
        GENERATE.rpc,
        request,
        GENERATE.request_message,
        lambda answer: read(answer).decision,
        max_tries=MAX_TRIES,
        repeatable=request.options.seed is not None,
    )


def stream(content: Content) -> RpcCall[StreamNotificationResponse | None]:
    def read(answer: service_pb2.StreamNotificationResponse) -> StreamNotificationResponse | None:
        if answer.WhichOneof("event") is None:  # a failing stream ends with such an answer
            return None
        return from_message(StreamNotificationResponse, answer)

    request = request_from(GenerateNotificationRequest, content)
    return RpcCall(STREAM.rpc, request, STREAM.request_message, read)


Answer = tuple[int, Decision | PushGenError]


def batch(contents: Sequence[Content], request_id: str) -> RpcCall[Answer | None]:
    """Make the call of the items that are requests; the others are its refusals, at their own index."""
    entries = [isolated(partial(request_from, GenerateNotificationRequest), content) for content in contents]
    refusals = [(at, entry) for at, entry in enumerate(entries) if isinstance(entry, InvalidInput)]
    requests = [(at, entry) for at, entry in enumerate(entries) if not isinstance(entry, InvalidInput)]
    for at, refused in refusals:
        refused.request_id = item_request_id(refused.request_id, request_id, at) if request_id else refused.request_id

    def read(answer: service_pb2.BatchGenerateNotificationsResponse) -> Answer | None:
        if answer.WhichOneof("result") is None:
            return None
        position = requests[answer.index][0]
        if answer.HasField("error"):
            return position, from_status(answer.error) or PushGenError(answer.error.message)
        return position, from_message(Decision, answer.decision)

    request = None
    if requests or not refusals:
        fields = {"requests": [entry for _, entry in requests], "request_id": request_id}
        request = request_from(BatchGenerateNotificationsRequest, fields)
    # The timeout is for the batch and a time budget for one item: neither follows from the other.
    return RpcCall(BATCH.rpc, request, BATCH.request_message, read, timeout_is_budget=False, refusals=refusals)


class _HealthCheckRequest(BaseModel):
    """grpc.health.v1.HealthCheckRequest: no name means the whole service."""


def health() -> RpcCall[bool]:
    def read(answer: health_pb2.HealthCheckResponse) -> bool:
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)

    return RpcCall("Check", _HealthCheckRequest(), health_pb2.HealthCheckRequest, read)


def _reader(verb: UnaryVerb[Any, Response]) -> Callable[[Message], Response]:
    return lambda answer: from_message(verb.response, answer)


# --- beside the messages ----------------------------------------------------------------------------------------------


def application_metadata(application: str) -> tuple[tuple[str, str], ...]:
    """Name the application to Serve's gRPC proxy. Raises ValueError for a name that metadata cannot carry."""
    if not all(" " <= character <= "~" for character in application):
        raise ValueError(f"the application's name {application!r} has characters that gRPC metadata cannot carry")
    return (("application", application),) if application else ()


def metadata_of(message: Any) -> tuple[tuple[str, str], ...]:
    """Return the request id as metadata, for the log of the service's proxy."""
    request_id = getattr(message, "request_id", "")
    return (("request_id", header_safe(request_id)),) if request_id else ()


def error_of(error: Any, address: Address) -> PushGenError:
    """Translate a failed gRPC call, with its violations, retry_after_s and request_id.

    error: grpc.RpcError of a finished call, or grpc.aio.AioRpcError.
    """
    trailing = dict(error.trailing_metadata() or ())
    raised = _detailed(trailing.get(DETAILS_KEY)) or error_without_details(error, address)
    raised.request_id = raised.request_id or str(trailing.get("request_id", ""))
    return raised


def _detailed(details: Any) -> PushGenError | None:
    """Decode the service's own error; None if the answer has none."""
    if not isinstance(details, bytes):
        return None
    try:
        return from_status(status_pb2.Status.FromString(details))
    except DecodeError:
        return None
