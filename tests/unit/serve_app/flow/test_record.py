"""How a request ended, in the words of its line."""

from __future__ import annotations

import asyncio

import pytest
from starlette.requests import ClientDisconnect

from deployments.errors import (
    DeadlineExceeded,
    InvalidInput,
    Overloaded,
    PushGenError,
    StageFailed,
    StageUnavailable,
    UnsupportedField,
    Violation,
)
from deployments.types import Caption, CaptionSource, Decision, Reason, Source
from serve_app.flow.record import End, Record, current, set_current
from serve_app.ingress.problems import HttpError


class RayTaskError(Exception):
    """As Ray wraps an error of another process."""

    def __init__(self, cause: Exception) -> None:
        super().__init__("a traceback with paths")
        self.cause = cause


class BackPressureError(Exception):
    """Named as Ray's."""


@pytest.mark.parametrize(
    ("error", "end"),
    [
        (InvalidInput([Violation("item", "is empty")]), End("invalid", "INVALID_INPUT", "INVALID_ARGUMENT")),
        (UnsupportedField([]), End("invalid", "UNSUPPORTED_FIELD", "UNIMPLEMENTED")),
        (Overloaded("full", 1.0, "queue_full"), End("refused", "OVERLOADED", "RESOURCE_EXHAUSTED", "queue_full")),
        (Overloaded("a stage is full"), End("refused", "OVERLOADED", "RESOURCE_EXHAUSTED")),
        (BackPressureError(), End("refused", "OVERLOADED", "RESOURCE_EXHAUSTED")),
        (DeadlineExceeded("spent"), End("late", "TIME_BUDGET_SPENT", "DEADLINE_EXCEEDED")),
        (StageUnavailable("lost"), End("error", "STAGE_UNAVAILABLE", "UNAVAILABLE")),
        (StageFailed("broke"), End("error", "STAGE_FAILED", "INTERNAL")),
        (PushGenError("broke"), End("error", "INTERNAL", "INTERNAL")),
        (RayTaskError(DeadlineExceeded("spent")), End("late", "TIME_BUDGET_SPENT", "DEADLINE_EXCEEDED")),
        (ZeroDivisionError("/srv/secret"), End("error", "INTERNAL", "INTERNAL")),
        (asyncio.CancelledError(), End("cancelled", "CANCELLED", "CANCELLED")),
        (GeneratorExit(), End("cancelled", "CANCELLED", "CANCELLED")),
        (ClientDisconnect(), End("cancelled", "CANCELLED", "CANCELLED")),
        (HttpError(400, "MALFORMED_JSON", "x"), End("invalid", "MALFORMED_JSON", "400")),
        (HttpError(401, "UNAUTHENTICATED", "x"), End("refused", "UNAUTHENTICATED", "401")),
        (HttpError(408, "TOO_SLOW", "x"), End("late", "TOO_SLOW", "408")),
        (HttpError(500, "BROKEN", "x"), End("error", "BROKEN", "500")),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else value.outcome,
)
def test_an_error_has_an_outcome_a_reason_and_a_code(error: BaseException, end: End) -> None:
    assert Record("Rpc", error=error).end == end


def test_an_answer_is_ok_or_partial() -> None:
    whole = Decision(
        request_id="r", source=Source.NONE, reason=Reason.NONE_FIT, caption=Caption(source=CaptionSource.GIVEN)
    )
    assert Record("Rpc").end == End("ok", "OK", "OK")
    assert Record("Rpc", decision=whole).end == End("ok", "OK", "OK")
    assert Record("Rpc", decision=whole.model_copy(update={"partial": True})).end == End("partial", "PARTIAL", "OK")


async def test_each_request_has_its_own_current_record() -> None:
    async def one(name: str) -> str:
        set_current(Record(name))
        await asyncio.sleep(0)
        return current().rpc

    assert await asyncio.gather(one("a"), one("b")) == ["a", "b"]


def test_outside_a_request_what_is_noted_is_lost() -> None:
    current().budget_ms = 5
    assert current().budget_ms is None
