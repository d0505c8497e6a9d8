"""Answers to other requests, and errors by their meaning."""

from __future__ import annotations

import pytest

from benchmarks.lib.answers import belongs, failure, of_batch, of_status
from benchmarks.lib.fates import Fate, Judgement
from deployments.errors import DeadlineExceeded, Overloaded, PushGenError, StageFailed, StageUnavailable
from deployments.types import Candidate, Caption, CaptionSource, Decision, Incumbent, Item, Reason, Source
from serve_app.client.unreachable import Unreachable
from serve_app.contract.messages import GenerateNotificationRequest

REQUEST = GenerateNotificationRequest(
    item=Item(id="item", title="Tea"), incumbents=(Incumbent(id="k", title="Kept for r"),), request_id="r"
)
DECISION = Decision(
    request_id="r",
    item_id="item",
    source=Source.INCUMBENT,
    reason=Reason.INCUMBENT_BETTER,
    caption=Caption(source=CaptionSource.FAKE),
    candidates=(Candidate(id="i1", title="Kept for r", source=Source.INCUMBENT),),
)


def test_an_answer_to_its_request_is_good_or_degraded() -> None:
    assert belongs(DECISION, REQUEST) == (Fate.GOOD, "")
    assert belongs(DECISION.model_copy(update={"partial": True}), REQUEST).fate is Fate.DEGRADED


def test_a_late_answer_may_have_left_its_incumbent_out() -> None:
    assert belongs(DECISION.model_copy(update={"partial": True, "candidates": ()}), REQUEST).fate is Fate.DEGRADED


FOREIGN = Candidate(id="i1", title="Kept for s", source=Source.INCUMBENT)


@pytest.mark.parametrize(
    "change",
    [
        {"request_id": "s"}, {"item_id": "other"}, {"candidates": ()}, {"candidates": (FOREIGN,)},
        {"candidates": (FOREIGN,), "partial": True},
    ],
)  # fmt: skip
def test_an_answer_to_another_request_is_wrong(change: dict[str, object]) -> None:
    assert belongs(DECISION.model_copy(update=change), REQUEST).fate is Fate.WRONG


@pytest.mark.parametrize(
    ("error", "retried", "fate"),
    [
        (Unreachable("gone"), False, Fate.LOST),
        (StageUnavailable("away"), True, Fate.LOST),
        (StageUnavailable("away"), False, Fate.REFUSED),
        (Overloaded("full"), True, Fate.REFUSED),
        (DeadlineExceeded("spent"), True, Fate.EXPIRED),
        (StageFailed("broke"), True, Fate.INTERNAL),
        (PushGenError("broke"), False, Fate.INTERNAL),
    ],
)
def test_errors_of_the_client(error: PushGenError, retried: bool, fate: Fate) -> None:
    assert failure(error, retried=retried).fate is fate


@pytest.mark.parametrize(
    ("status", "retried", "fate"),
    [
        (429, True, Fate.REFUSED), (503, False, Fate.REFUSED), (503, True, Fate.LOST), (504, True, Fate.EXPIRED),
        (408, False, Fate.LOST), (500, False, Fate.INTERNAL), (404, False, Fate.INTERNAL),
    ],
)  # fmt: skip
def test_statuses(status: int, retried: bool, fate: Fate) -> None:
    assert of_status(status, "WHY", retried=retried) == (fate, f"{status} WHY")


def test_an_item_of_a_batch_without_an_answer_is_lost() -> None:
    good = Judgement(Fate.GOOD)
    assert of_batch({0: good, 1: good}, [REQUEST, REQUEST]).fate is Fate.GOOD
    assert of_batch({0: good}, [REQUEST, REQUEST]).fate is Fate.LOST
