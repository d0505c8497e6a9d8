"""Requests, responses and events of `pushgen.v1.PushGenService`, one model a message, the same names and fields.

The domain types inside them live in `deployments/types.py`. A test holds both against the proto.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from pydantic import Field, GetCoreSchemaHandler, GetPydanticSchema
from pydantic_core import core_schema

from deployments.errors import InvalidInput
from deployments.types import (
    MAX_INCUMBENTS,
    MAX_INT32,
    Candidate,
    Caption,
    CategoryInfo,
    Copy,
    Decision,
    Incumbent,
    Item,
    LengthProfile,
    Model,
    Name,
    Options,
    OutputField,
    PolicyFinding,
    Priority,
    RoutedCategory,
    Stage,
    StageRevision,
    StageTiming,
    Verdict,
)

MAX_RECENT_COPIES = 200
MAX_SCORED_COPIES = 64


class GenerateNotificationRequest(Model):
    """One item, what exists for it already, and how to write and choose."""

    item: Item
    incumbents: tuple[Incumbent, ...] = Field(default=(), max_length=MAX_INCUMBENTS)
    recent_copies: tuple[Copy, ...] = Field(default=(), max_length=MAX_RECENT_COPIES)
    options: Options = Options()
    request_id: Name = ""


class StreamNotificationRequest(GenerateNotificationRequest):
    """The same; the answer is a stream of events."""


def _or_refused(_source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
    def validate(value: Any, read: core_schema.ValidatorFunctionWrapHandler) -> Any:
        return value if isinstance(value, InvalidInput) else read(value)

    return core_schema.no_info_wrap_validator_function(validate, handler(GenerateNotificationRequest))


BatchEntry: TypeAlias = Annotated[GenerateNotificationRequest | InvalidInput, GetPydanticSchema(_or_refused)]
"""A request of a batch, or why it is refused."""


class BatchGenerateNotificationsRequest(Model):
    """Requests, each read by itself: one that is refused leaves the others alone."""

    requests: tuple[BatchEntry, ...] = Field(min_length=1)
    request_id: Name = ""


class CaptionItemRequest(Model):
    item: Item
    time_budget_ms: int | None = Field(default=None, ge=1, le=MAX_INT32)
    priority: Priority = Priority.REALTIME
    request_id: Name = ""


class RouteItemRequest(Model):
    item: Item
    categories_wanted: tuple[Name, ...] = Field(default=(), max_length=32)
    categories_barred: tuple[Name, ...] = Field(default=(), max_length=32)
    max_categories: int | None = Field(default=None, ge=1, le=MAX_INT32)
    time_budget_ms: int | None = Field(default=None, ge=1, le=MAX_INT32)
    priority: Priority = Priority.REALTIME
    request_id: Name = ""


class ScoreCopiesRequest(Model):
    item: Item
    copies: tuple[Copy, ...] = Field(min_length=1, max_length=MAX_SCORED_COPIES)
    length_profile: Name = ""
    time_budget_ms: int | None = Field(default=None, ge=1, le=MAX_INT32)
    priority: Priority = Priority.REALTIME
    request_id: Name = ""


class CheckCopyRequest(Model):
    item: Item
    copies: tuple[Copy, ...] = Field(min_length=1, max_length=MAX_SCORED_COPIES)
    length_profile: Name = ""
    output_fields: tuple[OutputField, ...] = Field(default=(), max_length=2)
    recent_copies: tuple[Copy, ...] = Field(default=(), max_length=MAX_RECENT_COPIES)
    category: Name = ""
    time_budget_ms: int | None = Field(default=None, ge=1, le=MAX_INT32)
    priority: Priority = Priority.REALTIME
    request_id: Name = ""


class GetServiceInfoRequest(Model):
    pass


class GenerateNotificationResponse(Model):
    decision: Decision


class CaptionedEvent(Model):
    caption: Caption


class RoutedEvent(Model):
    categories: tuple[RoutedCategory, ...]


class CandidateEvent(Model):
    candidate: Candidate


class ScoredEvent(Model):
    candidates: tuple[Candidate, ...]


class DecidedEvent(Model):
    decision: Decision


Event: TypeAlias = CaptionedEvent | RoutedEvent | CandidateEvent | ScoredEvent | DecidedEvent


class StreamNotificationResponse(Model):
    """Exactly one of the events is set; `decided` is the last."""

    sequence: int = Field(ge=1)
    captioned: CaptionedEvent | None = None
    routed: RoutedEvent | None = None
    candidate: CandidateEvent | None = None
    scored: ScoredEvent | None = None
    decided: DecidedEvent | None = None

    @classmethod
    def of(cls, sequence: int, event: Event) -> StreamNotificationResponse:
        """Number an event and put it into its field."""
        name = type(event).__name__.removesuffix("Event").lower()
        return cls.model_validate({"sequence": sequence, name: event})

    @property
    def event(self) -> Event:
        event = self.captioned or self.routed or self.candidate or self.scored or self.decided
        if event is None:
            raise ValueError("no event is set")
        return event


class CaptionItemResponse(Model):
    caption: Caption
    timing: StageTiming
    revision: StageRevision
    request_id: str = ""


class RouteItemResponse(Model):
    categories: tuple[RoutedCategory, ...]
    timing: StageTiming
    revision: StageRevision
    request_id: str = ""


class ScoreCopiesResponse(Model):
    candidates: tuple[Candidate, ...]
    timing: StageTiming
    revision: StageRevision
    request_id: str = ""
    compared: bool = False


class CheckedCopy(Model):
    findings: tuple[PolicyFinding, ...] = ()
    verdict: Verdict


class CheckCopyResponse(Model):
    copies: tuple[CheckedCopy, ...]
    rules_revision: str
    timing: StageTiming
    request_id: str = ""


class Limits(Model):
    max_images: int
    max_image_bytes: int
    max_image_pixels: int
    max_categories: int
    max_candidates_per_category: int
    max_incumbents: int
    max_batch_items: int
    max_time_budget_ms: int
    max_candidates: int
    max_short_text_chars: int
    max_long_text_chars: int
    max_name_chars: int
    max_tags: int
    max_tag_chars: int
    max_metadata_entries: int
    max_metadata_key_chars: int
    max_recent_copies: int
    max_scored_copies: int


class Defaults(Model):
    max_categories: int
    candidates_per_category: int
    length_profile: str
    time_budget_ms: int
    margin: float


class GetServiceInfoResponse(Model):
    version: str
    stages: tuple[StageRevision, ...] = ()
    categories: tuple[CategoryInfo, ...] = ()
    length_profiles: tuple[LengthProfile, ...] = ()
    limits: Limits
    defaults: Defaults
    adapters: tuple[str, ...] = ()
    missing_stages: tuple[Stage, ...] = ()
