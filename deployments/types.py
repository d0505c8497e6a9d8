"""The words that the stages and their callers exchange: frozen models, the same names as in `protos/pushgen/v1`.

Enum values are the proto's own names, so that the JSON of these models IS the ProtoJSON of the messages
(with the proto's field names). Lengths are in characters, times in milliseconds.
"""

from __future__ import annotations

import base64
import binascii
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints
from pydantic.json_schema import WithJsonSchema

MAX_SHORT_TEXT = 500
MAX_LONG_TEXT = 10_000


class Model(BaseModel):
    """Base of every domain type: immutable, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _from_base64(value: Any) -> Any:
    """JSON carries bytes as base64, standard or URL-safe alphabet."""
    if not isinstance(value, str):
        return value
    try:
        return base64.b64decode(value.translate(str.maketrans("-_", "+/")), validate=True)
    except binascii.Error:
        raise ValueError("is not base64") from None


EncodedBytes = Annotated[
    bytes,
    BeforeValidator(_from_base64),
    PlainSerializer(lambda b: base64.b64encode(b).decode("ascii"), when_used="json"),
    WithJsonSchema({"type": "string", "format": "byte", "description": "base64"}),
]
ShortText = Annotated[str, StringConstraints(max_length=MAX_SHORT_TEXT)]
LongText = Annotated[str, StringConstraints(max_length=MAX_LONG_TEXT)]
Name = Annotated[str, StringConstraints(max_length=128)]


# --- the item ---------------------------------------------------------------------------------------------------


class Image(Model):
    """A picture of the item: the encoded picture itself, or (reserved) where to fetch it."""

    data: EncodedBytes | None = None
    url: str | None = Field(default=None, max_length=2048)
    alt_text: ShortText = ""


class VideoFrame(Model):
    """One frame of the item's video; frames are read in the order of their offsets."""

    data: EncodedBytes
    offset_ms: int = Field(default=0, ge=0)


class Item(Model):
    """The content to write a notification for."""

    id: Name = ""
    locale: Annotated[str, StringConstraints(max_length=35)] = ""
    title: ShortText = ""
    description: LongText = ""
    tags: tuple[Annotated[str, StringConstraints(max_length=64)], ...] = Field(default=(), max_length=64)
    creator: Name = ""
    metadata: dict[Annotated[str, StringConstraints(min_length=1, max_length=64)], LongText] = Field(
        default_factory=dict, max_length=64
    )
    images: tuple[Image, ...] = ()
    frames: tuple[VideoFrame, ...] = ()
    caption: LongText = ""

    @property
    def language(self) -> str:
        """Primary language subtag, lower case; "en" when the item names none."""
        return (self.locale or "en").replace("_", "-").split("-")[0].lower()

    def without_media(self) -> Item:
        """The same item without picture bytes, for the stages that only read."""
        return self.model_copy(update={"images": (), "frames": ()})


class Copy(Model):
    """The words of a notification."""

    title: ShortText = ""
    body: LongText = ""


class IncumbentKind(StrEnum):
    HUMAN = "INCUMBENT_KIND_HUMAN"
    TEMPLATE = "INCUMBENT_KIND_TEMPLATE"


class Incumbent(Copy):
    """Copy that exists already and would be sent without us."""

    id: Name = ""
    kind: IncumbentKind = IncumbentKind.HUMAN


class OutputField(StrEnum):
    TITLE = "OUTPUT_FIELD_TITLE"
    BODY = "OUTPUT_FIELD_BODY"


class Priority(StrEnum):
    REALTIME = "PRIORITY_REALTIME"
    BACKFILL = "PRIORITY_BACKFILL"


class Options(Model):
    """How to write and choose. Whatever is unset has the service's default."""

    categories_wanted: tuple[Name, ...] = Field(default=(), max_length=32)
    categories_barred: tuple[Name, ...] = Field(default=(), max_length=32)
    max_categories: int | None = Field(default=None, ge=1)
    candidates_per_category: int | None = Field(default=None, ge=1)
    length_profile: Name = ""
    output_fields: tuple[OutputField, ...] = Field(default=(), max_length=2)
    temperature: float | None = Field(default=None, ge=0, le=2)
    seed: int | None = Field(default=None, ge=0, le=2**31 - 1)
    margin: float | None = Field(default=None, ge=-100, le=100)
    time_budget_ms: int | None = Field(default=None, ge=1)
    priority: Priority = Priority.REALTIME
    allow_degradation: bool | None = None


# --- what the stages say ----------------------------------------------------------------------------------------


class Stage(StrEnum):
    """The six verbs of the flow."""

    CAPTION = "STAGE_CAPTION"
    ROUTE = "STAGE_ROUTE"
    GENERATE = "STAGE_GENERATE"
    CHECK = "STAGE_CHECK"
    SCORE = "STAGE_SCORE"
    SELECT = "STAGE_SELECT"


class StageRevision(Model):
    """Which model and words a stage uses."""

    stage: Stage
    kind: str
    model: str = ""
    model_revision: str = ""
    prompt_revision: str = ""


class Usage(Model):
    """What a piece of work cost inside its stage; the pipeline adds the wall-clock time (`StageTiming`)."""

    queue_ms: float = 0.0
    compute_ms: float = 0.0
    prompt_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    batch_size: int = 0
    cache_hits: int = 0


class StageTiming(Usage):
    stage: Stage
    wall_ms: float = 0.0


class CaptionSource(StrEnum):
    VLM = "CAPTION_SOURCE_VLM"
    TAGS = "CAPTION_SOURCE_TAGS"
    GIVEN = "CAPTION_SOURCE_GIVEN"
    METADATA = "CAPTION_SOURCE_METADATA"
    FAKE = "CAPTION_SOURCE_FAKE"


class Caption(Model):
    text: str = ""
    source: CaptionSource
    cached: bool = False


class RoutedCategory(Model):
    category: str
    weight: float = Field(ge=0, le=1)
    wanted: bool = False


class Source(StrEnum):
    GENERATED = "SOURCE_GENERATED"
    INCUMBENT = "SOURCE_INCUMBENT"
    TEMPLATE = "SOURCE_TEMPLATE"
    NONE = "SOURCE_NONE"


class Severity(StrEnum):
    BLOCK = "SEVERITY_BLOCK"
    REVIEW = "SEVERITY_REVIEW"


class PolicyFinding(Model):
    """What a policy rule found in a copy."""

    rule: str
    code: str
    severity: Severity = Severity.BLOCK
    field: str = ""
    excerpt: str = ""


class Reward(Model):
    """Mean and standard deviation of the reward heads, in logits; comparable between copies of one item only."""

    mean: float
    spread: float = Field(ge=0)


class Candidate(Model):
    """One copy that is in the running, generated or not."""

    id: str
    rank: int = 0
    title: str = ""
    body: str = ""
    category: str = ""
    source: Source
    reward: Reward | None = None
    score: float | None = None
    likelihood: float | None = None
    findings: tuple[PolicyFinding, ...] = ()
    rejected: bool = False

    @property
    def copy_text(self) -> Copy:
        return Copy(title=self.title, body=self.body)


# --- the decision -----------------------------------------------------------------------------------------------


class Reason(StrEnum):
    BEAT_INCUMBENT = "REASON_BEAT_INCUMBENT"
    BEST_CANDIDATE = "REASON_BEST_CANDIDATE"
    BELOW_MARGIN = "REASON_BELOW_MARGIN"
    ALL_REJECTED = "REASON_ALL_REJECTED"
    NO_CANDIDATES = "REASON_NO_CANDIDATES"
    UNSCORED = "REASON_UNSCORED"


class Degradation(StrEnum):
    CAPTION_FROM_METADATA = "DEGRADATION_CAPTION_FROM_METADATA"
    DEFAULT_CATEGORIES = "DEGRADATION_DEFAULT_CATEGORIES"
    FEWER_CANDIDATES = "DEGRADATION_FEWER_CANDIDATES"
    UNSCORED = "DEGRADATION_UNSCORED"


class Notification(Model):
    title: str = ""
    body: str = ""
    category: str = ""
    candidate_id: str


class Decision(Model):
    """One notification worth sending, or none, with everything that was in the running and why."""

    request_id: str
    item_id: str = ""
    notification: Notification | None = None
    source: Source
    reason: Reason
    candidates: tuple[Candidate, ...] = ()
    caption: Caption
    categories: tuple[RoutedCategory, ...] = ()
    timings: tuple[StageTiming, ...] = ()
    revisions: tuple[StageRevision, ...] = ()
    partial: bool = False
    degradations: tuple[Degradation, ...] = ()


# --- what the pipeline asks of a stage (not part of the public contract) ----------------------------------------------


class CountingUnit(StrEnum):
    GRAPHEMES = "COUNTING_UNIT_GRAPHEMES"
    WIDTH = "COUNTING_UNIT_WIDTH"
    UTF8_BYTES = "COUNTING_UNIT_UTF8_BYTES"


class LengthProfile(Model):
    """How long a platform lets a notification be."""

    length_profile: Name
    max_title: int = Field(ge=4, le=1000)
    max_body: int = Field(ge=8, le=4000)
    counting_unit: CountingUnit = CountingUnit.GRAPHEMES
    origin: str = ""


class CategoryPlan(Model):
    """One category to write in: the control that the generator's prompt ends with."""

    category: str
    instruction: str
    weight: float = 1.0
    wanted: bool = False


class GenerationTask(Model):
    """Everything the generator needs for one item. The item travels without media."""

    item: Item
    caption: str
    plan: tuple[CategoryPlan, ...]
    candidates_per_category: int = Field(ge=1)
    profile: LengthProfile
    output_fields: tuple[OutputField, ...] = (OutputField.TITLE, OutputField.BODY)
    temperature: float | None = None
    seed: int | None = None


class Draft(Model):
    """One candidate as the generator wrote it. `usage` is this draft's share of the work."""

    title: str = ""
    body: str = ""
    category: str
    likelihood: float | None = None
    finished: bool = True
    revision: StageRevision | None = None
    usage: Usage = Usage()

    @property
    def copy_text(self) -> Copy:
        return Copy(title=self.title, body=self.body)


class CaptionResult(Model):
    caption: Caption
    revision: StageRevision
    usage: Usage = Usage()


class RouteResult(Model):
    """`plan` is ordered by weight, heaviest first, and never empty unless every category is barred."""

    plan: tuple[CategoryPlan, ...]
    revision: StageRevision
    usage: Usage = Usage()


class ScoreResult(Model):
    """One reward for each copy, in the order asked."""

    rewards: tuple[Reward, ...]
    revision: StageRevision
    usage: Usage = Usage()


class CategoryInfo(Model):
    """A category of the catalogue, as the router publishes it."""

    category: str
    definition: str
    gate: str = ""
    instruction: str = ""
    is_default: bool = False
