"""Requests and answers between the pipeline and the stages: not part of the public contract."""

from __future__ import annotations

from pydantic import Field

from deployments.types.base import AnswerEnum, Model, Name, ShortText
from deployments.types.decision import Caption, Reward, StageRevision, Usage, WinCalibration
from deployments.types.item import Copy, Item, OutputField


class CountingUnit(AnswerEnum):
    GRAPHEMES = "COUNTING_UNIT_GRAPHEMES"
    WIDTH = "COUNTING_UNIT_WIDTH"
    UTF8_BYTES = "COUNTING_UNIT_UTF8_BYTES"
    CODE_POINTS = "COUNTING_UNIT_CODE_POINTS"


class LengthProfile(Model):
    """The length limits of a platform. max_payload_bytes: of the whole push; None for no limit."""

    length_profile: Name
    max_title: int = Field(ge=4, le=500)
    max_body: int = Field(ge=8, le=4000)
    counting_unit: CountingUnit = CountingUnit.GRAPHEMES
    max_payload_bytes: int | None = Field(default=None, ge=256, le=1_000_000)
    origin: str = ""


class CategoryPlan(Model):
    """One category to write in, and the instruction at the end of the generator's prompt."""

    category: str
    instruction: str
    weight: float = 1.0
    wanted: bool = False


class ItemFacts(Model):
    """An item in words, for a stage that reads text alone: its facts by label, in reading order."""

    language: str = "en"
    """Primary language subtag."""
    facts: dict[str, str] = {}


class GenerationTask(Model):
    """The input of the generator for one item. The item travels without media.

    candidates_per_category: one is written at temperature 0, where all would be equal.
    """

    item: Item
    caption: str
    plan: tuple[CategoryPlan, ...]
    candidates_per_category: int = Field(ge=1)
    profile: LengthProfile
    output_fields: tuple[OutputField, ...] = (OutputField.TITLE, OutputField.BODY)
    temperature: float | None = None
    seed: int | None = None
    constraints: tuple[ShortText, ...] = Field(default=(), max_length=12)
    """Sentences that tell the writer what to keep to, after other copy was rejected; none at first."""
    adapter: str | None = None
    """A name of the generator's adapters, "base" for its model without one, None for the operator's default."""


class Draft(Model):
    """One candidate as the generator wrote it, in the last of its `tries`. `usage` is the cost of all tries.

    index: its number within its category, from 0, whenever it is finished. temperature: of its first try; None where
    the model's own server sets it.
    """

    title: str = ""
    body: str = ""
    category: str
    index: int = Field(ge=0)
    temperature: float | None = None
    likelihood: float | None = None
    """Of its words, see `Candidate.likelihood`."""
    answer_likelihood: float | None = None
    """Of the whole answer, JSON's own tokens included: what the fit calibration weighs."""
    fit: float | None = None
    """The writing model's own estimate, see `Candidate.fit`; None if it is not asked or gives none."""
    finished: bool = True
    tries: int = 1
    revision: StageRevision | None = None
    usage: Usage = Usage()

    @property
    def copy_text(self) -> Copy:
        return Copy(title=self.title, body=self.body)


class RefusedPicture(Model):
    """An image or frame that cannot be had: the path of its field, and the reason in words for the caller.

    retryable: another try may work, as with a host that did not answer.
    """

    field: str
    reason: str
    retryable: bool = False


class CaptionResult(Model):
    """`complete` is false when the deadline cut the captioner short.

    refused: the pictures that the caption leaves out, because they cannot be fetched or decoded.
    """

    complete: bool = True
    refused: tuple[RefusedPicture, ...] = ()
    caption: Caption
    revision: StageRevision
    usage: Usage = Usage()


class RouteResult(Model):
    """`plan` is ordered by weight, heaviest first, and never empty unless every category is barred."""

    plan: tuple[CategoryPlan, ...]
    revision: StageRevision
    usage: Usage = Usage()


class ScoreResult(Model):
    """One reward for each copy, in the order of the copies, and the calibration of win probabilities.

    fits: one for each copy, see `Candidate.fit`; empty if the scorer has no fit measure.
    """

    rewards: tuple[Reward, ...]
    fits: tuple[float | None, ...] = ()
    calibration: WinCalibration = WinCalibration()
    revision: StageRevision
    usage: Usage = Usage()


class CategoryInfo(Model):
    """A category of the catalogue, as the router publishes it."""

    category: str
    definition: str
    gate: str = ""
    instruction: str = ""
    is_default: bool = False
