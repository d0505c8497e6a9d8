"""Input and output types of a policy rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

from deployments.item_text import grounding_text
from deployments.types import Copy, Item, LengthProfile, OutputField
from serve_app.policy.text import fold, normalise

# Effect of a finding: "off" drops it, "review" keeps the copy, "block" rejects the copy.
Action = Literal["off", "review", "block"]

FieldName = Literal["title", "body"]
_NAMES: dict[OutputField, FieldName] = {OutputField.TITLE: "title", OutputField.BODY: "body"}


class Hit(NamedTuple):
    """One finding of a rule. `code` is stable, in upper snake case, for programs."""

    code: str
    action: Action
    field: str
    excerpt: str


@dataclass(frozen=True)
class PolicyContext:
    """The request of a copy. `others` are copies accepted earlier in the same request."""

    item: Item
    caption: str
    profile: LengthProfile
    output_fields: tuple[OutputField, ...] = (OutputField.TITLE, OutputField.BODY)
    recent_copies: tuple[Copy, ...] = ()
    others: tuple[Copy, ...] = field(default=())

    @cached_property
    def requested_fields(self) -> tuple[FieldName, ...]:
        return tuple(_NAMES[f] for f in self.output_fields)

    @cached_property
    def facts(self) -> str:
        """All text of the item and its caption: a copy must be grounded in it."""
        return normalise(grounding_text(self.item, self.caption))

    @cached_property
    def folded_facts(self) -> str:
        return fold(self.facts)


def fields_of(copy: Copy) -> Iterator[tuple[FieldName, str]]:
    """Yield the fields that have words, NFKC-normalised."""
    if copy.title.strip():
        yield "title", normalise(copy.title)
    if copy.body.strip():
        yield "body", normalise(copy.body)
