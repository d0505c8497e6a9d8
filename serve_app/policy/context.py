"""Input and output types of a policy rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

from deployments.item_text import grounding_text
from deployments.types import Copy, Item, LengthProfile, OutputField
from serve_app.policy.text import fold, normalise
from serve_app.policy.word_list import WordList

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
    """The request of a copy.

    others: copies accepted earlier in the same request. own_words: of the operator's template, which are true beside
    the item's. generated: whether a model wrote the copy. tenant_banned: the tenant's own terms, beside the operator's.
    """

    item: Item
    caption: str
    profile: LengthProfile
    output_fields: tuple[OutputField, ...] = (OutputField.TITLE, OutputField.BODY)
    recent_copies: tuple[Copy, ...] = ()
    others: tuple[Copy, ...] = field(default=())
    own_words: str = ""
    generated: bool = False
    tenant_banned: WordList | None = None

    @cached_property
    def requested_fields(self) -> tuple[FieldName, ...]:
        return tuple(_NAMES[f] for f in self.output_fields)

    @cached_property
    def item_facts(self) -> str:
        """All text of the item and its caption."""
        return normalise(grounding_text(self.item, self.caption))

    @cached_property
    def facts(self) -> str:
        """The text in which a copy must be grounded."""
        return f"{self.item_facts} \n {normalise(self.own_words)}" if self.own_words else self.item_facts

    @cached_property
    def folded_facts(self) -> str:
        return fold(self.facts)


def fields_of(copy: Copy) -> Iterator[tuple[FieldName, str]]:
    """Yield the fields that have words, NFKC-normalised."""
    if copy.title.strip():
        yield "title", normalise(copy.title)
    if copy.body.strip():
        yield "body", normalise(copy.body)
