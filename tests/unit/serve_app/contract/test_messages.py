"""Events and requests of the contract that the proto alone would let through."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from deployments.types import Caption, CaptionSource, Decision, Reason, Source
from serve_app.contract.messages import (
    MAX_RECENT_COPIES,
    MAX_SCORED_COPIES,
    BatchGenerateNotificationsRequest,
    CandidateEvent,
    CaptionedEvent,
    CheckCopyRequest,
    DecidedEvent,
    Event,
    GenerateNotificationRequest,
    RoutedEvent,
    ScoreCopiesRequest,
    ScoredEvent,
    StreamNotificationResponse,
)

CAPTION = Caption(text="a cup", source=CaptionSource.GIVEN)
DECISION = Decision(request_id="r", source=Source.NONE, reason=Reason.NO_CANDIDATES, caption=CAPTION)
EVENTS: dict[str, Event] = {
    "captioned": CaptionedEvent(caption=CAPTION),
    "routed": RoutedEvent(categories=()),
    "candidate": CandidateEvent.model_validate({"candidate": {"id": "c", "source": "SOURCE_GENERATED"}}),
    "scored": ScoredEvent(candidates=()),
    "decided": DecidedEvent(decision=DECISION),
}


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_stands_in_its_own_field_and_is_read_back(name: str) -> None:
    numbered = StreamNotificationResponse.of(3, EVENTS[name])
    assert numbered.sequence == 3
    assert numbered.event is EVENTS[name]
    assert {field for field in EVENTS if getattr(numbered, field) is not None} == {name}


def test_an_answer_without_an_event_and_a_number_below_one_are_refused() -> None:
    with pytest.raises(ValueError, match="no event is set"):
        _ = StreamNotificationResponse(sequence=1).event
    with pytest.raises(ValidationError, match="sequence"):
        StreamNotificationResponse.of(0, EVENTS["routed"])


ITEM = {"item": {"title": "t"}}


@pytest.mark.parametrize(
    ("model", "most", "fields"),
    [
        (GenerateNotificationRequest, MAX_RECENT_COPIES, "recent_copies"),
        (ScoreCopiesRequest, MAX_SCORED_COPIES, "copies"),
        (CheckCopyRequest, MAX_SCORED_COPIES, "copies"),
        (CheckCopyRequest, MAX_RECENT_COPIES, "recent_copies"),
    ],
)
def test_lists_of_copies_are_bounded(model: type, most: int, fields: str) -> None:
    given = ITEM if model is GenerateNotificationRequest else ITEM | {"copies": [{"title": "x"}]}
    model.model_validate(given | {fields: [{"title": "x"}] * most})  # type: ignore[attr-defined]
    with pytest.raises(ValidationError, match=fields):
        model.model_validate(given | {fields: [{"title": "x"}] * (most + 1)})  # type: ignore[attr-defined]


def test_a_batch_of_nothing_and_scores_of_nothing_are_refused() -> None:
    with pytest.raises(ValidationError, match="requests"):
        BatchGenerateNotificationsRequest(requests=())
    with pytest.raises(ValidationError, match="copies"):
        ScoreCopiesRequest.model_validate(ITEM | {"copies": []})
