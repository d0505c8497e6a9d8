"""The one table: every error's gRPC and HTTP form, and back again in the client."""

from __future__ import annotations

import logging
import pickle

import grpc
import pytest
from google.rpc import error_details_pb2

from deployments import errors
from deployments.errors import (
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
from serve_app.contract import errors as status
from serve_app.contract.errors import INTERNAL_MESSAGE, from_code, from_status, public, to_problem, to_status

WRONG = [Violation("item.images[0].data", "is not a picture"), Violation("options.seed", "must be at least 0")]
EVERY: list[tuple[PushGenError, grpc.StatusCode, int]] = [
    (InvalidInput(WRONG), grpc.StatusCode.INVALID_ARGUMENT, 422),
    (UnsupportedField(WRONG[:1]), grpc.StatusCode.UNIMPLEMENTED, 501),
    (Overloaded("full", 2.5), grpc.StatusCode.RESOURCE_EXHAUSTED, 429),
    (Overloaded("full", 2.5, "queue_full"), grpc.StatusCode.RESOURCE_EXHAUSTED, 429),
    (DeadlineExceeded("spent"), grpc.StatusCode.DEADLINE_EXCEEDED, 504),
    (Unauthenticated("no key"), grpc.StatusCode.UNAUTHENTICATED, 401),
    (PermissionDenied("not yours"), grpc.StatusCode.PERMISSION_DENIED, 403),
    (StageUnavailable("away"), grpc.StatusCode.UNAVAILABLE, 503),
    (StageFailed("broke"), grpc.StatusCode.INTERNAL, 500),
    (PushGenError("odd"), grpc.StatusCode.INTERNAL, 500),
]


def kinds(root: type[PushGenError] = PushGenError) -> set[type[PushGenError]]:
    return {root}.union(*(kinds(k) for k in root.__subclasses__() if k.__module__ == errors.__name__))


def test_every_error_of_the_tree_is_in_the_table() -> None:
    assert set(status.TABLE) == kinds()
    assert {type(e) for e, _, _ in EVERY} == kinds()


@pytest.mark.parametrize(("error", "code", "http"), EVERY)
def test_code_status_and_the_way_back(error: PushGenError, code: grpc.StatusCode, http: int) -> None:
    sent = to_status(error, "r1")
    assert sent.code == code.value[0]
    assert to_problem(error, "r1").status == http
    back = from_status(sent)
    assert type(back) is type(error)
    assert back.message == error.message
    assert back.request_id == "r1"
    assert getattr(back, "violations", None) == getattr(error, "violations", None)
    assert getattr(back, "retry_after_s", None) == getattr(error, "retry_after_s", None)
    assert getattr(back, "shed", None) == getattr(error, "shed", None)
    assert to_problem(error, "r1").shed == (getattr(error, "shed", None) or None)
    assert vars(pickle.loads(pickle.dumps(error))) == vars(error)  # noqa: S301 - ours


@pytest.mark.parametrize(("error", "code", "http"), EVERY)
def test_details_by_the_conventions(error: PushGenError, code: grpc.StatusCode, http: int) -> None:
    names = {d.TypeName() for d in to_status(error, "r1").details}
    expected = {"google.rpc.ErrorInfo", "google.rpc.RequestInfo"}
    expected |= {"google.rpc.BadRequest"} if code.name in {"INVALID_ARGUMENT", "UNIMPLEMENTED"} else set()
    expected |= {"google.rpc.RetryInfo"} if code.name in {"RESOURCE_EXHAUSTED", "UNAVAILABLE"} else set()
    assert names == expected
    info = error_details_pb2.ErrorInfo()
    to_status(error, "r1").details[0].Unpack(info)
    assert (info.domain, info.reason) == ("pushgen.v1", error.reason)


def test_reasons_name_one_kind_each() -> None:
    reasons = [kind.reason for kind in status.TABLE]
    assert len(set(reasons)) == len(reasons)


def test_unknown_and_internal_errors_say_nothing_and_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, logger="ray.serve"):
        for error in (ValueError("/etc/passwd"), StageFailed("pid 17 at 10.0.0.1"), PushGenError("/srv/x")):
            seen = public(error, "r-77")
            assert seen.message == INTERNAL_MESSAGE
            assert "passwd" not in str(to_status(seen, "r-77"))
    assert caplog.text.count("r-77") == 3
    assert "/etc/passwd" in caplog.text
    assert "pid 17" in caplog.text


def test_errors_of_ray_are_told_apart_by_name() -> None:
    class BackPressureError(Exception):
        """As Ray names it."""

    class RayActorError(Exception):
        """As Ray names the base."""

    class ActorDiedError(RayActorError):
        """As Ray names one below it."""

    assert isinstance(public(BackPressureError("pid=1"), "r"), Overloaded)
    assert isinstance(public(ActorDiedError("ip=10.0.0.1"), "r"), StageUnavailable)
    assert "10.0.0.1" not in public(ActorDiedError("ip=10.0.0.1"), "r").message


def test_an_error_of_another_process_is_taken_out_of_its_wrapping() -> None:
    class Wrapped(InvalidInput):
        """As Ray's RayTaskError: of the cause's class, with a traceback as its text."""

        def __init__(self, cause: InvalidInput) -> None:
            Exception.__init__(self, "Traceback ... /srv/app.py")
            self.message = "Traceback ... /srv/app.py"
            self.cause = cause

    cause = InvalidInput(WRONG)
    assert public(Wrapped(cause), "r") is cause


def test_the_status_fits_into_the_trailers_whatever_is_wrong() -> None:
    many = InvalidInput([Violation(f"item.tags[{i}]", "\u4e2d" * 60) for i in range(500)])
    sent = to_status(many, "r1")
    # Base64 of the details and percent-encoding of the message, together below a peer's default of 8 KiB.
    assert sent.ByteSize() * 4 / 3 + 9 * len(sent.message) < 8192
    back = from_status(sent)
    assert isinstance(back, InvalidInput)
    assert back.violations[0].field == "item.tags[0]"
    assert back.violations[-1].description == "further violations are left out"
    unbounded = from_status(to_status(many, "r1", max_bytes=None))
    assert isinstance(unbounded, InvalidInput)
    assert len(unbounded.violations) == errors.MAX_VIOLATIONS
    assert unbounded.violations[-1].description == "further violations are left out"
    assert len(to_problem(many, "r1").violations or []) == errors.MAX_VIOLATIONS


def test_a_status_of_others_is_not_ours() -> None:
    sent = to_status(Overloaded("full"), "r")
    foreign = type(sent)(code=8, message="quota")
    assert from_status(foreign) is None


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (grpc.StatusCode.RESOURCE_EXHAUSTED, Overloaded),
        (grpc.StatusCode.DEADLINE_EXCEEDED, DeadlineExceeded),
        (grpc.StatusCode.INVALID_ARGUMENT, PushGenError),
        (grpc.StatusCode.INTERNAL, PushGenError),
        (grpc.StatusCode.CANCELLED, PushGenError),
    ],
)
def test_bare_codes(code: grpc.StatusCode, kind: type) -> None:
    assert type(from_code(code, "x")) is kind


def test_the_retry_header_is_whole_seconds_rounded_up() -> None:
    assert status.problem_headers(to_problem(Overloaded("x", 2.1), "r")) == {"Retry-After": "3"}
    assert status.problem_headers(to_problem(Overloaded("x", 0.01), "r")) == {"Retry-After": "1"}
    assert status.problem_headers(to_problem(DeadlineExceeded("x"), "r")) == {}


def test_a_missing_key_is_told_how_one_is_sent() -> None:
    headers = status.problem_headers(to_problem(Unauthenticated("x"), "r"))
    assert headers == {"WWW-Authenticate": 'Bearer realm="pushgen"'}


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (grpc.StatusCode.RESOURCE_EXHAUSTED, Overloaded),
        (grpc.StatusCode.UNAVAILABLE, StageUnavailable),
        (grpc.StatusCode.INVALID_ARGUMENT, InvalidInput),
        (grpc.StatusCode.INTERNAL, PushGenError),
        (grpc.StatusCode.DATA_LOSS, PushGenError),
    ],
)
def test_a_reason_of_a_newer_service_has_the_kind_of_its_code(code: grpc.StatusCode, kind: type[PushGenError]) -> None:
    """So that an older client still waits, or tries again, as it is told."""
    sent = to_status(Overloaded("over the quota", 7.0), "r1")
    sent.code = code.value[0]
    info = error_details_pb2.ErrorInfo(reason="QUOTA_SPENT", domain="pushgen.v1")
    sent.details[0].Pack(info)
    back = from_status(sent)
    assert type(back) is kind
    assert (back.reason, back.request_id) == ("QUOTA_SPENT", "r1")
    assert getattr(back, "retry_after_s", 7.0) == 7.0
