"""Whether an answer is one to its request, and what the errors of both protocols mean to a caller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from benchmarks.lib.fates import Fate, Judgement, worst
from deployments.errors import DeadlineExceeded, Overloaded, PushGenError, StageUnavailable
from deployments.types import Decision, Source
from serve_app.client.unreachable import Unreachable
from serve_app.contract.messages import GenerateNotificationRequest

NO_ANSWER: Final = Judgement(Fate.LOST, "no answer")
CUT: Final = Judgement(Fate.LOST, "the stream ended without its last event")
# A stream and an item of a batch are refused with 503 to be sent again; a unary call was sent again already.
_STATUSES: Final = {408: Fate.LOST, 429: Fate.REFUSED, 503: Fate.REFUSED, 504: Fate.EXPIRED}


def belongs(decision: Decision, request: GenerateNotificationRequest) -> Judgement:
    """By the ids, which are echoed, and by the incumbents, which are part of the content.

    A partial answer may have left out incumbents that were not checked in time; it has none of another request.
    """
    sent = {incumbent.title for incumbent in request.incumbents}
    kept = {candidate.title for candidate in decision.candidates if candidate.source is Source.INCUMBENT}
    for what, fits in (
        ("request_id", decision.request_id == request.request_id),
        ("item_id", decision.item_id == request.item.id),
        ("incumbent", kept <= sent if decision.partial else kept == sent),
    ):
        if not fits:
            return Judgement(Fate.WRONG, f"{what} of another request")
    return Judgement(Fate.DEGRADED if decision.partial else Fate.GOOD)


def failure(error: PushGenError, *, retried: bool = False) -> Judgement:
    """Of an error that the Python client raised or returned. retried: the client has done what it could."""
    if isinstance(error, Unreachable):
        return Judgement(Fate.LOST, "unreachable")
    if isinstance(error, StageUnavailable):
        return Judgement(Fate.LOST if retried else Fate.REFUSED, error.reason)
    if isinstance(error, Overloaded):
        return Judgement(Fate.REFUSED, error.shed or error.reason)
    if isinstance(error, DeadlineExceeded):
        return Judgement(Fate.EXPIRED, error.reason)
    return Judgement(Fate.INTERNAL, error.reason)


def of_status(status: int, reason: str = "", *, retried: bool = False) -> Judgement:
    """Of an HTTP status, and the reason in its problem."""
    fate = Fate.LOST if status == 503 and retried else _STATUSES.get(status, Fate.INTERNAL)
    return Judgement(fate, f"{status} {reason}".strip())


def of_batch(answers: Mapping[int, Judgement], requests: Sequence[GenerateNotificationRequest]) -> Judgement:
    """A batch is as good as its worst item; one without an answer is lost."""
    return worst([answers.get(at, CUT) for at in range(len(requests))])
