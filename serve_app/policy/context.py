"""The input of a policy rule beside the copy, and its output."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

from deployments.item_text import known_text
from deployments.types import Copy, Item, LengthProfile, OutputField
from serve_app.policy.text import fold, normalise

# What to do with a finding: "off" drops it, "review" leaves the copy in the running, "block" rejects it.
Action = Literal["off", "review", "block"]

FieldName = Literal["title", "body"]
_NAMES: dict[OutputField, FieldName] = {OutputField.TITLE: "title", OutputField.BODY: "body"}


class Hit(NamedTuple):
    """One thing that a rule found. `code` is stable, upper snake case, for programs."""

    code: str
    action: Action
    field: str
    excerpt: str


@dataclass(frozen=True)
class PolicyContext:
    """The request around a copy. `others` are copies accepted earlier in the same request."""

    item: Item
    caption: str
    profile: LengthProfile
    output_fields: tuple[OutputField, ...] = (OutputField.TITLE, OutputField.BODY)
    recent_copies: tuple[Copy, ...] = ()
    others: tuple[Copy, ...] = field(default=())

    @cached_property
    def asked(self) -> tuple[FieldName, ...]:
        return tuple(_NAMES[f] for f in self.output_fields)

    @cached_property
    def facts(self) -> str:
        """Everything known of the item as text: what copy may be grounded in."""
        return normalise(known_text(self.item, self.caption))

    @cached_property
    def folded_facts(self) -> str:
        return fold(self.facts)


def fields_of(copy: Copy) -> Iterator[tuple[FieldName, str]]:
    """The fields that have words, NFKC-normalised."""
    if copy.title.strip():
        yield "title", normalise(copy.title)
    if copy.body.strip():
        yield "body", normalise(copy.body)
