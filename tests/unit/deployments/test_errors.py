"""Errors cross processes whole, and say all that is wrong."""

from __future__ import annotations

import pickle

import pytest

from deployments.errors import (
    DeadlineExceeded,
    InvalidInput,
    Misconfigured,
    Overloaded,
    PermissionDenied,
    PushGenError,
    StageFailed,
    StageUnavailable,
    Unauthenticated,
    UnsupportedField,
    Violation,
)

VIOLATIONS = [Violation("item.title", "is too long"), Violation("options.seed", "must be positive")]


@pytest.mark.parametrize(
    "error",
    [
        InvalidInput(VIOLATIONS),
        UnsupportedField(VIOLATIONS[:1]),
        Overloaded("full", 7.5),
        DeadlineExceeded("spent"),
        StageUnavailable("lost"),
        StageFailed("broke"),
        Unauthenticated("no key"),
        PermissionDenied("not this adapter"),
        PushGenError("unknown"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_arrives_from_another_process_as_it_left(error: PushGenError) -> None:
    """Ray pickles what a stage raises."""
    arrived = pickle.loads(pickle.dumps(error))  # noqa: S301 - how Ray carries it
    assert type(arrived) is type(error)
    assert (str(arrived), arrived.message) == (str(error), error.message)
    assert getattr(arrived, "violations", None) == getattr(error, "violations", None)
    assert getattr(arrived, "retry_after_s", None) == getattr(error, "retry_after_s", None)


def test_every_violation_is_in_the_message() -> None:
    assert InvalidInput(VIOLATIONS).message == "item.title: is too long; options.seed: must be positive"


def test_each_error_has_a_reason_of_its_own() -> None:
    """Programs tell errors apart by their reason."""
    kinds = [PushGenError, *subclasses(PushGenError)]
    reasons = [kind.reason for kind in kinds if kind.__module__ == PushGenError.__module__]
    assert len(set(reasons)) == len(reasons) == 9
    assert all(reason == reason.upper() and " " not in reason for reason in reasons)


def subclasses(kind: type[PushGenError]) -> list[type[PushGenError]]:
    return [each for sub in kind.__subclasses__() for each in (sub, *subclasses(sub))]


def test_an_operators_error_is_none_that_a_client_may_see() -> None:
    assert not issubclass(Misconfigured, PushGenError)


def test_an_id_given_to_one_error_is_not_given_to_the_next() -> None:
    first = StageFailed("x")
    first.request_id = "r1"
    assert StageFailed("x").request_id == ""
