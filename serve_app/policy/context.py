"""Input and output types of a policy rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal, NamedTuple, Self

from deployments.types import Copy, Item, LengthProfile, OutputField
from serve_app.policy.evidence import Evidence, evidence_of
from serve_app.policy.text import fold, normalise, readable
from serve_app.policy.word_list import WordList

# Effect of a finding: "off" drops it, "review" keeps the copy, "block" rejects the copy.
Action = Literal["off", "review", "block"]

FieldName = Literal["title", "body"]
_LONGEST_SENT: Final = 1_024  # no platform shows more
_NAMES: dict[OutputField, FieldName] = {OutputField.TITLE: "title", OutputField.BODY: "body"}


class Hit(NamedTuple):
    """One finding of a rule. `code` is stable, in upper snake case, for programs."""

    code: str
    action: Action
    field: str
    excerpt: str


@dataclass(frozen=True, eq=False)
class RecentCopies:
    """Copies that were sent lately, in the form in which a checked copy is compared with them."""

    copies: tuple[Copy, ...] = ()

    def sorted_words(self, fields: tuple[FieldName, ...]) -> list[str]:
        """Return the words of these fields, one text a copy. Computed once for all copies of a request."""
        if fields not in self._by_fields:
            self._by_fields[fields] = [sorted_words(copy, fields) for copy in self.copies]
        return self._by_fields[fields]

    @cached_property
    def _by_fields(self) -> dict[tuple[FieldName, ...], list[str]]:
        return {}


@dataclass(frozen=True)
class PolicyContext:
    """The request of a copy. `of` makes one.

    evidence: of the item and its caption. others: copies accepted earlier in the same request. own_words: of the
    operator's template, which are true beside the item's. generated: whether a model wrote the copy. tenant_banned: the
    tenant's own terms, beside the operator's.
    """

    item: Item
    evidence: Evidence
    profile: LengthProfile
    output_fields: tuple[OutputField, ...] = (OutputField.TITLE, OutputField.BODY)
    recent_copies: RecentCopies = RecentCopies()
    others: Sequence[Copy] = ()
    own_words: str = ""
    generated: bool = False
    tenant_banned: WordList | None = None

    @classmethod
    def of(
        cls, item: Item, caption: str, profile: LengthProfile, recent_copies: Sequence[Copy] = (), **others: Any
    ) -> Self:
        """Read the item. Takes milliseconds for a long one: call it in a thread."""
        recent = RecentCopies(tuple(recent_copies))
        return cls(item, evidence_of(item, caption), profile, recent_copies=recent, **others)

    @cached_property
    def requested_fields(self) -> tuple[FieldName, ...]:
        return tuple(_NAMES[f] for f in self.output_fields)

    @cached_property
    def grounds(self) -> tuple[Evidence, ...]:
        """All texts in which a copy may be grounded."""
        if not self.own_words:
            return (self.evidence,)
        return (self.evidence, Evidence(readable(self.own_words), self.item.language))


def sorted_words(copy: Copy, fields: Sequence[FieldName]) -> str:
    """Join the words of these fields, in alphabetical order."""
    text = normalise(joined(copy, fields)[:_LONGEST_SENT])[:_LONGEST_SENT]
    return " ".join(sorted(fold(text).split()))


def joined(copy: Copy, fields: Sequence[FieldName]) -> str:
    """Join the fields that a checked copy has, so that a title-only copy is compared with titles only."""
    return " ".join(getattr(copy, f) for f in fields)


def fields_of(copy: Copy) -> Iterator[tuple[FieldName, str]]:
    """Yield the fields that have words, NFKC-normalised and cut to `LONGEST_READ` characters."""
    if copy.title.strip():
        yield "title", readable(copy.title)
    if copy.body.strip():
        yield "body", readable(copy.body)
