"""What the pipeline asks of a stage and gets from it: not part of the public contract."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from deployments.types.base import Model, Name
from deployments.types.decision import Caption, Reward, StageRevision, Usage, WinCalibration
from deployments.types.item import Copy, Item, OutputField


class CountingUnit(StrEnum):
    GRAPHEMES = "COUNTING_UNIT_GRAPHEMES"
    WIDTH = "COUNTING_UNIT_WIDTH"
    UTF8_BYTES = "COUNTING_UNIT_UTF8_BYTES"


class LengthProfile(Model):
    """How long a platform lets a notification be."""

    length_profile: Name
    max_title: int = Field(ge=4, le=500)
    max_body: int = Field(ge=8, le=4000)
    counting_unit: CountingUnit = CountingUnit.GRAPHEMES
    origin: str = ""


Opening = Annotated[str, Field(pattern=r"^[^\W\d_][\w ,:'’-]{0,38} $")]  # noqa: RUF001 - both apostrophes are meant
"""The first words of a text, and the space after them: nothing that a grammar or JSON would have to escape."""


class Openings(Model):
    """First words of which a title, or a body, has one, of an item in `language`; none: it begins as it likes."""

    language: str = "en"
    title: tuple[Opening, ...] = Field(default=(), max_length=16)
    body: tuple[Opening, ...] = Field(default=(), max_length=16)


class CategoryPlan(Model):
    """One category to write in: the control that the generator's prompt ends with, and what the grammar holds it to."""

    category: str
    instruction: str
    openings: Openings = Openings()
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
    adapter: str | None = None
    """A name of the generator's adapters, "base" for its model without one, None for the operator's default."""


class Draft(Model):
    """One candidate as the generator wrote it, at the last of its `tries`. `usage` is its share of all their work."""

    title: str = ""
    body: str = ""
    category: str
    likelihood: float | None = None
    finished: bool = True
    tries: int = 1
    revision: StageRevision | None = None
    usage: Usage = Usage()

    @property
    def copy_text(self) -> Copy:
        return Copy(title=self.title, body=self.body)


class CaptionResult(Model):
    """`complete` is false when the deadline cut the captioner short."""

    complete: bool = True
    caption: Caption
    revision: StageRevision
    usage: Usage = Usage()


class RouteResult(Model):
    """`plan` is ordered by weight, heaviest first, and never empty unless every category is barred."""

    plan: tuple[CategoryPlan, ...]
    revision: StageRevision
    usage: Usage = Usage()


class ScoreResult(Model):
    """One reward for each copy, in the order asked, and what turns two of them into a win probability."""

    rewards: tuple[Reward, ...]
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
    openings: Openings = Openings()
