"""The catalogue of style categories: its sources, its entries and their gates, and which of them an item may have."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import AfterValidator, Field, model_validator

from deployments.errors import InvalidInput, Misconfigured, Violation
from deployments.item_text import details_of, evidence
from deployments.settings import Knobs, parse
from deployments.types import CategoryInfo, CategoryPlan, Item

_PROJECT = Path(__file__).resolve().parent.parent.parent


class NoGate(Knobs):
    """Open for every item."""

    kind: Literal["none"] = "none"

    def open_for(self, item: Item, text: str) -> bool:  # noqa: ARG002 - all gates have one signature
        return True

    def describe(self) -> str:
        return ""


class MetadataGate(Knobs):
    """Open when one of these metadata keys is set, and not to a word for "no"."""

    kind: Literal["metadata"]
    any_of: tuple[str, ...] = Field(min_length=1)

    def open_for(self, item: Item, text: str) -> bool:  # noqa: ARG002
        details = details_of(item)
        return any(details.get(key, "").strip().lower() not in _NO for key in self.any_of)

    def describe(self) -> str:
        return f"metadata has one of: {', '.join(self.any_of)}"


def _compiles(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from None
    return value


Pattern = Annotated[str, Field(max_length=500), AfterValidator(_compiles)]


class PatternGate(Knobs):
    """Open when the item's text or caption matches."""

    kind: Literal["pattern"]
    regex: Pattern = Field(min_length=1)

    def open_for(self, item: Item, text: str) -> bool:  # noqa: ARG002
        return re.search(self.regex, text) is not None

    def describe(self) -> str:
        return f"text matches {self.regex}"


class AbsentGate(Knobs):
    """Open when none of these words is in the item's text or caption: whole words, in any case."""

    kind: Literal["absent"]
    words: tuple[Annotated[str, Field(min_length=1, max_length=64)], ...] = Field(min_length=1, max_length=256)

    def open_for(self, item: Item, text: str) -> bool:  # noqa: ARG002
        return _any_of(self.words).search(text) is None

    def describe(self) -> str:
        return f"text has none of: {', '.join(self.words)}"


@lru_cache
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)", re.IGNORECASE)


_NO = {"", "0", "false", "no", "none", "null"}
Gate = Annotated[NoGate | MetadataGate | PatternGate | AbsentGate, Field(discriminator="kind")]


class Category(Knobs):
    """One style. `cues` are compared with the item; `prior` is added to their cosine similarity.

    shows: a regular expression that every copy of the style matches, see the rule style.category; empty for none.
    """

    category: str = Field(pattern=r"^[A-Z][A-Z0-9_]{0,63}$")
    definition: str = Field(min_length=1, max_length=500)
    instruction: str = Field(min_length=1, max_length=300)
    cues: tuple[Annotated[str, Field(min_length=1, max_length=300)], ...] = Field(min_length=1, max_length=16)
    prior: float = Field(default=0.0, ge=-1, le=1)
    is_default: bool = False
    shows: Pattern = ""
    gate: Gate = NoGate()

    def info(self) -> CategoryInfo:
        return CategoryInfo(
            category=self.category,
            definition=self.definition,
            gate=self.gate.describe(),
            instruction=self.instruction,
            is_default=self.is_default,
        )

    def plan(self, weight: float, wanted: bool) -> CategoryPlan:
        return CategoryPlan(category=self.category, instruction=self.instruction, weight=weight, wanted=wanted)


class InlineCatalogue(Knobs):
    """The categories themselves."""

    kind: Literal["inline"] = "inline"
    categories: tuple[Category, ...] = Field(min_length=1, max_length=64)

    @model_validator(mode="after")
    def _consistent(self) -> InlineCatalogue:
        names = [c.category for c in self.categories]
        twice = sorted({n for n in names if names.count(n) > 1})
        if twice:
            raise ValueError(f"categories named twice: {', '.join(twice)}")
        if not any(c.is_default for c in self.categories):
            raise ValueError("no category has is_default: true, so nothing is left when the router cannot answer")
        return self

    def load(self) -> InlineCatalogue:
        return self


class FileCatalogue(Knobs):
    """A YAML file with a `categories` list. A relative path: first under the working folder, then under the project."""

    kind: Literal["file"]
    path: str = Field(default="configs/categories.yaml", min_length=1)
    revision: str = Field(default="", max_length=64)
    """Change it to have the file read again: Serve passes a `user_config` on only if it differs from the last one."""

    def load(self) -> InlineCatalogue:
        """Read the file. Raises Misconfigured with the category and the field."""
        file = next((p for p in (Path(self.path), _PROJECT / self.path) if p.is_file()), None)
        if file is None:
            raise Misconfigured(f"catalogue.path: there is no file {self.path!r}")
        try:
            content = yaml.safe_load(file.read_text(encoding="utf-8"))
        except yaml.YAMLError as error:
            raise Misconfigured(f"catalogue {self.path!r} is no YAML: {error}") from None
        return parse(InlineCatalogue, content, f"catalogue {self.path!r}")


Catalogue = Annotated[InlineCatalogue | FileCatalogue, Field(discriminator="kind")]


def usable(
    categories: Sequence[Category], item: Item, caption: str, requested: Sequence[str], barred: Sequence[str]
) -> list[int]:
    """Return the indices of the categories that the item may be written in.

    Where `requested` names categories, only these are used, without their gates; `barred` are never used. Raises
    InvalidInput for unknown names and when no category is left, with the fields as RouteItem has them.
    """
    names = [c.category for c in categories]
    unknown = [
        Violation(f"{field}[{n}]", f"unknown category {name!r}; known: {', '.join(names)}")
        for field, listed in (("categories_wanted", requested), ("categories_barred", barred))
        for n, name in enumerate(listed)
        if name not in names
    ]
    if unknown:
        raise InvalidInput(unknown)
    searched = "" if requested else evidence(item, caption)
    allowed = [
        i
        for i, c in enumerate(categories)
        if c.category not in barred and (c.category in requested if requested else c.gate.open_for(item, searched))
    ]
    if not allowed:
        raise InvalidInput([Violation("categories_barred", "leaves no category that this item could be written in")])
    return allowed
