"""The one table from errors to gRPC codes and HTTP statuses, and the two forms an error takes on the wire.

gRPC: google.rpc.Status with ErrorInfo and RequestInfo always, BadRequest and RetryInfo where they apply.
HTTP: problem+json (RFC 9457) with the same content.
"""

from __future__ import annotations

import logging
import math
from typing import NamedTuple

import grpc
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from pydantic import BaseModel, Field

from deployments.errors import (
    LEFT_OUT,
    DeadlineExceeded,
    InvalidInput,
    Overloaded,
    PermissionDenied,
    PushGenError,
    StageFailed,
    StageUnavailable,
    Unauthenticated,
    UnsupportedField,
    Violation,
)

logger = logging.getLogger("ray.serve")

DOMAIN = "pushgen.v1"
DETAILS_KEY = "grpc-status-details-bin"
SHED_KEY = "shed"  # in the metadata of ErrorInfo
# gRPC's own trailer for retry policies: milliseconds until the next try, -1 for none.
PUSHBACK_KEY = "grpc-retry-pushback-ms"
INTERNAL_MESSAGE = "the service failed on this request; its log has the cause under the request id"
# A gRPC peer refuses trailing metadata beyond 8 KiB by default, and base64 (details) and percent-encoding (message)
# both swell: these two together stay below it whatever the text.
MAX_MESSAGE_CHARS = 200
MAX_STATUS_BYTES = 4096


class Outcome(NamedTuple):
    """The wire form of an error: a gRPC code, an HTTP status, and the title of the problem."""

    code: grpc.StatusCode
    http_status: int
    title: str


TABLE: dict[type[PushGenError], Outcome] = {
    InvalidInput: Outcome(grpc.StatusCode.INVALID_ARGUMENT, 422, "The request is invalid"),
    UnsupportedField: Outcome(grpc.StatusCode.UNIMPLEMENTED, 501, "A field is not supported by this service"),
    Unauthenticated: Outcome(grpc.StatusCode.UNAUTHENTICATED, 401, "The API key is missing or unknown"),
    PermissionDenied: Outcome(grpc.StatusCode.PERMISSION_DENIED, 403, "The tenant may not do this"),
    Overloaded: Outcome(grpc.StatusCode.RESOURCE_EXHAUSTED, 429, "The service is overloaded"),
    DeadlineExceeded: Outcome(grpc.StatusCode.DEADLINE_EXCEEDED, 504, "The time budget is spent"),
    StageUnavailable: Outcome(grpc.StatusCode.UNAVAILABLE, 503, "A stage is unavailable"),
    StageFailed: Outcome(grpc.StatusCode.INTERNAL, 500, "A stage failed"),
    PushGenError: Outcome(grpc.StatusCode.INTERNAL, 500, "The service failed"),
}

# Errors of Ray that have a meaning for callers, by class name: the client uses this module and must not import Ray.
RAY_ERRORS: dict[str, PushGenError] = {
    "BackPressureError": Overloaded("the service's queue is full"),
    "DeploymentUnavailableError": StageUnavailable("a stage has no healthy replica at the moment"),
    "RayActorError": StageUnavailable("a stage's replica was lost with this call"),
}


def outcome(error: PushGenError) -> Outcome:
    return next(TABLE[kind] for kind in type(error).__mro__ if kind in TABLE)


def meaning(error: BaseException) -> PushGenError | None:
    """The error of ours that an error is or stands for; None where it is unknown."""
    # Ray gives an error of another process a class that is both its own and the cause's, with a traceback as its text.
    cause = getattr(error, "cause", None)
    seen = cause if isinstance(cause, PushGenError) else error
    if isinstance(seen, PushGenError):
        return seen
    names = {kind.__name__ for kind in type(error).__mro__}
    return next((known for name, known in RAY_ERRORS.items() if name in names), None)


def public(error: Exception, request_id: str) -> PushGenError:
    """The error that the client may see. What it may not see is logged here, under the request id."""
    seen = meaning(error)
    if seen is None:
        logger.error("request %s failed", request_id, exc_info=error)
        return PushGenError(INTERNAL_MESSAGE)
    if outcome(seen).code is not grpc.StatusCode.INTERNAL:
        if seen in RAY_ERRORS.values():
            logger.warning("request %s refused: %s", request_id, type(error).__name__)
        return seen
    logger.error("request %s failed: %s", request_id, seen.message, exc_info=error)
    return StageFailed(INTERNAL_MESSAGE) if isinstance(seen, StageFailed) else PushGenError(INTERNAL_MESSAGE)


def _retry_after_s(error: PushGenError) -> float | None:
    return error.retry_after_s if isinstance(error, Overloaded | StageUnavailable) else None


def _shed(error: PushGenError) -> str | None:
    """Why the ingress refused a request that it had no room for: one of a few words."""
    return error.shed or None if isinstance(error, Overloaded) else None


def _short(text: str) -> str:
    return text if len(text) <= MAX_MESSAGE_CHARS else f"{text[: MAX_MESSAGE_CHARS - 3]}..."


# --- gRPC ------------------------------------------------------------------------------------------------------------


def to_status(error: PushGenError, request_id: str, *, max_bytes: int | None = MAX_STATUS_BYTES) -> status_pb2.Status:
    """google.rpc.Status of a `public` error. Violations that do not fit `max_bytes` are left out."""
    info = error_details_pb2.ErrorInfo(reason=error.reason, domain=DOMAIN)
    if shed := _shed(error):
        info.metadata[SHED_KEY] = shed
    details: list[Message] = [info, error_details_pb2.RequestInfo(request_id=request_id)]
    retry_after_s = _retry_after_s(error)
    if retry_after_s is not None:
        retry = error_details_pb2.RetryInfo()
        retry.retry_delay.FromMilliseconds(int(retry_after_s * 1000))
        details.append(retry)
    code: int = outcome(error).code.value[0]
    status = status_pb2.Status(code=code, message=_short(error.message))
    for detail in details:
        status.details.add().Pack(detail)
    if isinstance(error, InvalidInput):
        room = math.inf if max_bytes is None else max_bytes - status.ByteSize() - 100
        status.details.add().Pack(_bad_request(error.violations, room))
    return status


def pushback(error: PushGenError) -> list[tuple[str, str]]:
    """The trailing metadata that tells a client's retry policy whether, and when, to try again."""
    retry_after_s = _retry_after_s(error)
    return [(PUSHBACK_KEY, "-1" if retry_after_s is None else str(int(retry_after_s * 1000)))]


def _bad_request(violations: list[Violation], room: float) -> error_details_pb2.BadRequest:
    bad_request = error_details_pb2.BadRequest()
    for violation in violations:
        entry = bad_request.field_violations.add(field=violation.field, description=violation.description)
        if bad_request.ByteSize() > room:
            bad_request.field_violations.remove(entry)
            bad_request.field_violations.add(description=LEFT_OUT)
            break
    return bad_request


def from_status(status: status_pb2.Status) -> PushGenError | None:
    """The error inside a google.rpc.Status of ours, with its `request_id`; None when it is not ours.

    A reason of a newer service stays the error's, whose kind is then that of the code.
    """
    info, request = error_details_pb2.ErrorInfo(), error_details_pb2.RequestInfo()
    bad, retry = error_details_pb2.BadRequest(), error_details_pb2.RetryInfo()
    for detail in status.details:
        for message in (info, request, bad, retry):
            if detail.Is(message.DESCRIPTOR):
                detail.Unpack(message)
    retry_after_s = retry.retry_delay.ToMilliseconds() / 1000
    if info.domain != DOMAIN:
        return None
    kind = next((kind for kind in TABLE if kind.reason == info.reason), None) or _of_code(status.code)
    error: PushGenError
    if issubclass(kind, InvalidInput):
        error = kind([Violation(v.field, v.description) for v in bad.field_violations])
    elif issubclass(kind, Overloaded):
        error = kind(status.message, retry_after_s, info.metadata.get(SHED_KEY, ""))
    else:
        error = kind(status.message)
        if isinstance(error, StageUnavailable):
            error.retry_after_s = retry_after_s if any(d.Is(retry.DESCRIPTOR) for d in status.details) else None
    error.request_id = request.request_id
    error.reason = info.reason or error.reason
    return error


def _of_code(number: int) -> type[PushGenError]:
    """The kind of a code's number; the base where the code is new, or has several kinds."""
    kind = next((k for k, o in TABLE.items() if o.code.value[0] == number), PushGenError)
    return PushGenError if kind is StageFailed else kind


def from_code(code: grpc.StatusCode, message: str) -> PushGenError:
    """The error nearest to a bare gRPC code, for answers that did not come from our ingress."""
    unsuited = {InvalidInput, UnsupportedField}  # they need violations, which a bare code has not
    kind = next((k for k, o in TABLE.items() if o.code is code and k not in unsuited), PushGenError)
    return (PushGenError if kind is StageFailed else kind)(message)


# --- HTTP ------------------------------------------------------------------------------------------------------------


class FieldProblem(BaseModel):
    """A violation of one field; the path is the proto's, for instance `item.images[0].data`."""

    field: str
    description: str


class Problem(BaseModel):
    """An error as problem+json (RFC 9457)."""

    type: str = Field(description="Stable name of the kind of error", examples=["urn:pushgen:v1:invalid-input"])
    title: str
    status: int
    detail: str
    instance: str | None = Field(default=None, description="Path of the request")
    request_id: str
    reason: str = Field(description="Upper snake case, stable, for programs", examples=["INVALID_INPUT"])
    violations: list[FieldProblem] | None = None
    retry_after_s: float | None = None
    shed: str | None = Field(default=None, description="Why an overloaded service refused it", examples=["queue_full"])

    def json_bytes(self) -> bytes:
        return self.model_dump_json(exclude_none=True).encode()


def problem_type(reason: str) -> str:
    return f"urn:{DOMAIN.replace('.', ':')}:{reason.lower().replace('_', '-')}"


def to_problem(error: PushGenError, request_id: str, instance: str | None = None) -> Problem:
    """Problem of a `public` error; every violation is in it."""
    known = outcome(error)
    wrong = [FieldProblem(field=v.field, description=v.description) for v in getattr(error, "violations", [])]
    return Problem(
        type=problem_type(error.reason),
        title=known.title,
        status=known.http_status,
        detail=_short(error.message),
        instance=instance,
        request_id=request_id,
        reason=error.reason,
        violations=wrong or None,
        retry_after_s=_retry_after_s(error),
        shed=_shed(error),
    )


def problem_headers(problem: Problem) -> dict[str, str]:
    """Retry-After in whole seconds, rounded up, where the problem has one; for a missing key how one is sent."""
    if problem.status == 401:
        return {"WWW-Authenticate": 'Bearer realm="pushgen"'}
    return {} if problem.retry_after_s is None else {"Retry-After": str(max(1, math.ceil(problem.retry_after_s)))}
