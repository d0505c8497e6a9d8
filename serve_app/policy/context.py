"""Input and output types of a policy rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Final, Literal, NamedTuple, Self

from deployments.item_text import placeholders_of
from deployments.types import Copy, Item, LengthProfile, OutputField
from serve_app.policy.contacts import AllowedContacts
from serve_app.policy.evidence import Evidence, evidence_of
from serve_app.policy.known_placeholders import Known, known
from serve_app.policy.text import readable
from serve_app.policy.word_list import WordList
from serve_app.policy.wording import Wording, wording_of

# Effect of a finding: "off" drops it, "review" keeps the copy, "rewrite" has it repaired, "block" rejects it.
Action = Literal["off", "review", "rewrite", "block"]

MOST_HITS: Final = 10
"""Hits of a rule that a check shows. It looks further only for the first one that blocks."""

FieldName = Literal["title", "body"]
_NAMES: dict[OutputField, FieldName] = {OutputField.TITLE: "title", OutputField.BODY: "body"}


class Hit(NamedTuple):
    """One finding of a rule.

    rule: the id of a RuleId. field: empty for a finding of the item. text: the words found, as in the field or as the
    rule reads it. span: where they stand in the field as `fields_of` gives it; None to look `text` up. message: in
    place of the RuleId's. evidence: what the item says instead.
    """

    rule: str
    action: Action
    field: FieldName | Literal[""]
    text: str
    span: tuple[int, int] | None = None
    message: str = ""
    evidence: str = ""


class RuleId(NamedTuple):
    """A kind of finding. id: stable, for programs. message: what is wrong. knob: the setting that has its action."""

    id: str
    message: str
    knob: str = "action"


@dataclass(frozen=True)
class Rule:
    """A rule: its field of PolicySettings, its check, a pure function, and the kinds of its findings.

    as_sent: whether it reads known placeholders as they are. Others see spaces, and the default in its place.
    """

    name: str
    check: Callable[[Copy, PolicyContext, Any], Iterator[Hit]]
    ids: tuple[RuleId, ...]
    as_sent: bool = False


@dataclass(frozen=True, eq=False)
class RecentCopies:
    """Copies that were sent lately, in the form in which a checked copy is compared with them."""

    copies: tuple[Copy, ...] = ()

    def wordings(self, fields: tuple[FieldName, ...], language: str) -> list[Wording]:
        """Return the wording of these fields, one a copy. Computed once for all copies of a request."""
        key = (fields, language)
        if key not in self._by_fields:
            self._by_fields[key] = [wording_of(joined(copy, fields), language) for copy in self.copies]
        return self._by_fields[key]

    @cached_property
    def _by_fields(self) -> dict[tuple[tuple[FieldName, ...], str], list[Wording]]:
        return {}


@dataclass(frozen=True)
class PolicyContext:
    """The request of a copy. `of` makes one.

    evidence: of the item and its caption. others: copies accepted earlier in the same request. incumbents: the human
    ones of the request, for the copies that are to beat them. own_words: of the operator's template, which are true
    beside the item's. generated: whether a model wrote the copy. category: that it was written in, empty for none.
    tenant_terms: the tenant's own terms, beside the operator's. tenant_allowed: contacts that its copies may hold.
    sexual_content: see `Caption`. unscreened_pictures: whether the item has pictures that nobody screened. styles: a
    pattern that copy of a category has, for some categories.
    """

    item: Item
    evidence: Evidence
    profile: LengthProfile
    output_fields: tuple[OutputField, ...] = (OutputField.TITLE, OutputField.BODY)
    recent_copies: RecentCopies = RecentCopies()
    others: Sequence[Copy] = ()
    incumbents: RecentCopies = RecentCopies()
    own_words: str = ""
    generated: bool = False
    category: str = ""
    tenant_terms: WordList | None = None
    sexual_content: float | None = None
    unscreened_pictures: bool = False
    styles: Mapping[str, str] = field(default_factory=dict)
    tenant_allowed: AllowedContacts | None = None

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
    def placeholders(self) -> tuple[Known, ...]:
        """Placeholders that the sending platform fills."""
        return known(placeholders_of(self.item))

    @cached_property
    def grounds(self) -> tuple[Evidence, ...]:
        """All texts in which a copy may be grounded."""
        if not self.own_words:
            return (self.evidence,)
        return (self.evidence, Evidence(readable(self.own_words), self.item.language))


def joined(copy: Copy, fields: Sequence[FieldName]) -> str:
    """Join the fields that a checked copy has, so that a title-only copy is compared with titles only."""
    return ".\n".join(getattr(copy, f) for f in fields)


def fields_of(copy: Copy) -> Iterator[tuple[FieldName, str]]:
    """Return the fields that have words, NFKC-normalised and cut to `LONGEST_READ` characters."""
    return iter(_fields_of(copy.title, copy.body))


@lru_cache(maxsize=64)
def _fields_of(title: str, body: str) -> tuple[tuple[FieldName, str], ...]:
    """Cached, because each rule asks."""
    fields: tuple[tuple[FieldName, str], ...] = (("title", title), ("body", body))
    return tuple((field, readable(text)) for field, text in fields if text.strip())
