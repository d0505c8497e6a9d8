"""Safety of the text: slurs, demeaning claims about a person or a group, private matters as news, sexual content.

Word lists, so a start: what they do not know passes. A word that stands in the item too is the item's subject, and only
reviewed.
"""

# ruff: noqa: RUF001 - full-width marks are meant

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import regex

from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.context import Action, FieldName, Hit, PolicyContext, Rule, RuleId, fields_of
from serve_app.policy.evidence import Evidence
from serve_app.policy.safety.denied import is_denied, is_harmless, is_limited, is_meant_for, is_of_a_thing
from serve_app.policy.safety.insinuated import insinuations
from serve_app.policy.safety.lexicon import Found, Kind, lexicon, lowered, reach
from serve_app.policy.text import SPACELESS

_ID: Final = "safety.text"
_SEXUAL: Final = "safety.sexual"
# A name as cased scripts write it: two words that begin with a capital.
_NAME: Final = regex.compile(r"\p{Lu}\p{Ll}+(?:[ \-]\p{Lu}\p{Ll}+)+")
# "Name: what he is", in any script.
_NAMED_FIRST: Final = regex.compile(r"^[^:：,،;]{2,40}(?=[:：])")
_VERB: Final = regex.compile(r"(?![的呢啊吗嘛了])\p{Han}")
_NEXT_TO: Final = 8
_PAIR: Final = 2
_READ: Final = 2_000


class SafetyRule(Knobs):
    """Slurs, demeaning claims and sexual words.

    grounded: for such words that the item has too. unsure: for private matters of a person that the item does not tell,
    for insults without anybody to insult, and for claims that the copy denies or limits.
    """

    action: Action = "block"
    grounded: Action = "review"
    unsure: Action = "review"
    sexual: Action = "block"


def safety(copy: Copy, context: PolicyContext, settings: SafetyRule) -> Iterator[Hit]:
    """safety.text and safety.sexual: at most one of each a field."""
    fields = dict(fields_of(copy))
    for field, text in fields.items():
        others = " ".join(lowered(other) for name, other in fields.items() if name != field)
        read = _Field(field, text, context.item.language, context.grounds, others)
        for rule, hits in ((_SEXUAL, _sexual(read, settings)), (_ID, _demeaning(read, settings))):
            worst = _worst(hits)
            if worst is not None:
                found, action, message = worst
                span = (found.start, found.end)
                yield Hit(rule, action, field, text[slice(*span)], span, message)


def _worst(hits: Iterator[_Finding]) -> _Finding | None:
    """Return the first of the severest; look no further than one that blocks."""
    worst: _Finding | None = None
    for hit in hits:
        if worst is None or _ORDER[hit[1]] < _ORDER[worst[1]]:
            worst = hit
        if hit[1] == "block":
            break
    return worst


_ORDER: Final = {"block": 0, "rewrite": 1, "review": 2, "off": 3}
_Finding = tuple[Found, Action, str]


@dataclass(frozen=True)
class _Field:
    """A field and what the lists find in it. others: the copy's other field."""

    name: FieldName
    text: str
    language: str
    grounds: Sequence[Evidence]
    others: str

    @cached_property
    def reach(self) -> int:
        return reach(self.language)

    @cached_property
    def _found(self) -> dict[Kind, list[Found]]:
        return lexicon(self.language).find(lowered(self.text))

    @cached_property
    def group_elsewhere(self) -> bool:
        """Whether the copy's other field or the item names a group."""
        return bool(lexicon(self.language).find(self.others).get("groups")) or self.item_has("groups")

    @property
    def is_unspaced(self) -> bool:
        return self.language in SPACELESS

    @cached_property
    def _item(self) -> dict[Kind, list[Found]]:
        return lexicon(self.language).find(self.grounds[0].casefolded[:_READ])

    def item_has(self, kind: Kind) -> bool:
        return bool(self._item.get(kind))

    def find(self, kind: Kind) -> list[Found]:
        """The words of a list, sorted by their place."""
        return self._found.get(kind, [])

    def grounded(self, found: Found) -> bool:
        if found.stem not in self._grounded:
            self._grounded[found.stem] = any(found.stem in evidence.casefolded for evidence in self.grounds)
        return self._grounded[found.stem]

    @cached_property
    def _grounded(self) -> dict[str, bool]:
        return {}

    def new(self, kind: Kind) -> list[Found]:
        """Words of a list that the item does not have."""
        return [found for found in self.find(kind) if not self.grounded(found)]

    def is_denied(self, claim: Found, others: Sequence[Found] = ()) -> bool:
        return is_denied(claim, self.text, self.find, others)

    @cached_property
    def people(self) -> list[Found]:
        """Names that stand in the item, too."""
        matches = (*_NAME.finditer(self.text), *_NAMED_FIRST.finditer(self.text))
        names = sorted(Found(m.start(), m.end(), m.group().casefold()) for m in matches)
        return [name for name in names if self.grounded(name)]


def _sexual(read: _Field, settings: SafetyRule) -> Iterator[_Finding]:
    for found in read.find("sexual"):
        yield found, settings.grounded if read.grounded(found) else settings.sexual, "sexual content"


def _demeaning(read: _Field, settings: SafetyRule) -> Iterator[_Finding]:
    for slur in read.find("slurs"):
        yield slur, settings.grounded if read.grounded(slur) else settings.action, "a slur"
    groups = read.find("groups")
    traits = read.new("traits")
    if groups:
        yield from _about_groups(read, groups, settings)
    elif len({found.stem for found in traits}) >= _PAIR:
        aimed = read.group_elsewhere and not read.is_denied(traits[0], traits)
        yield traits[0], settings.action if aimed else settings.unsure, "a demeaning claim"
    people = sorted((*groups, *read.find("everyday"), *read.find("despised")))
    for claim, told in _stereotypes(read, people) if people else ():
        yield claim, settings.unsure if told else settings.action, "a stereotype of a group"
    insults = read.new("insults")
    for insult in insults:
        aimed = bool(_near(insult, read.people, read.reach)) and not read.is_denied(insult, insults)
        yield insult, settings.action if aimed else settings.unsure, "an insult"
    looks = read.new("looks")
    if len({found.stem for found in (*looks, *insults)}) >= _PAIR and looks:
        yield looks[0], settings.action if read.people else settings.unsure, "belittles somebody's looks or age"
    private = read.new("attributes")
    if private:
        cues = read.find("cues")
        for found in private:
            exposed = _near(found, cues, read.reach)
            yield found, settings.action if exposed else settings.unsure, "a private matter that the item does not tell"


def _about_groups(read: _Field, groups: Sequence[Found], settings: SafetyRule) -> Iterator[_Finding]:
    traits = read.new("traits")
    for trait in traits:
        if _near(trait, groups, read.reach):
            doubtful = is_of_a_thing(trait, groups, read.text, read.find) or is_harmless(trait, read.find)
            doubtful = doubtful or read.is_denied(trait, traits)
            yield trait, settings.unsure if doubtful else settings.action, "a demeaning claim about a group"
    for excluded in read.new("exclusions"):
        if _near(excluded, groups, read.reach):
            yield excluded, settings.action, "shuts a group out"
    for phrase, told in insinuations(groups, read.text, read.find, is_unspaced=read.is_unspaced):
        doubtful = told or read.grounded(phrase)
        yield phrase, settings.unsure if doubtful else settings.action, "accuses a group"
    for warning in read.new("warnings"):
        if _following(warning, groups):
            yield warning, settings.action, "warns of a group"
    for even in read.new("even"):
        if following := _following(even, groups):
            told = all(map(read.grounded, following))
            yield even, settings.unsure if told else settings.action, "surprise at what a group can do"


# Two lists that together make a stereotype, and the characters between their words, in scripts with spaces and without.
_PAIRS: Final[tuple[tuple[Kind, Kind, int, int], ...]] = (
    ("cannot", "skills", 9, 4),
    ("only", "able", 24, 8),
    ("essence", "unable", 12, 6),  # "women by nature cannot drive"
    ("essence", "modals", 12, 6),  # "by nature cannot", whatever: for review
    ("only", "blames", 24, 10),  # "is poor only out of laziness"
)


def _stereotypes(read: _Field, groups: Sequence[Found]) -> Iterator[tuple[Found, bool]]:
    """Yield what is said to be all that a group can do, or beyond it, and whether that is for review.

    It is where the item says so too, where the copy denies it, and where it is true at a time or a place only.

    "Only women know how to" is praise: a group between the two words makes no stereotype.
    """
    for claim in read.find("stereotypes"):
        if _near(claim, groups, read.reach):
            limited = is_limited(claim, read.find, skill=False) or is_meant_for(claim, groups, read.text)
            yield claim, limited or read.is_denied(claim) or read.item_has("stereotypes")
    for first, second, spaced, unspaced in _PAIRS:
        for one in read.find(first):
            other = _nearest(one, read.find(second), unspaced if read.is_unspaced else spaced)
            if other is None:
                continue
            start, end = min(one.start, other.start), max(one.end, other.end)
            claim = Found(start, end, one.stem)
            praised = second == "able" and _holds_one(claim, groups)
            if praised or is_harmless(claim, read.find) or not _near(claim, groups, read.reach):
                continue
            skill = second == "skills"
            limited = is_limited(claim, read.find, skill=skill) or (skill and _goes_on(read, one, other))
            limited = limited or is_meant_for(claim, groups, read.text)
            yield claim, limited or second == "modals" or read.is_denied(claim) or read.item_has(first)


def _goes_on(read: _Field, denied: Found, skill: Found) -> bool:
    """Whether another verb follows the words that deny, which stand behind the skill: 开车不会迷路."""
    return read.language == "zh" and skill.end <= denied.start and _VERB.match(read.text, denied.end) is not None


def _holds_one(claim: Found, groups: Sequence[Found]) -> bool:
    """Whether one of `groups`, which are sorted, stands inside, or right before as part of the first word."""
    first = bisect_left(groups, claim.start, key=lambda group: group.start)
    inside = first < len(groups) and groups[first].start < claim.end
    return inside or (first > 0 and groups[first - 1].end == claim.start)


def _near(found: Found, others: Sequence[Found], reach: int) -> bool:
    return _nearest(found, others, reach) is not None


def _nearest(found: Found, others: Sequence[Found], reach: int) -> Found | None:
    """Return the last of `others`, which are sorted, that begins or ends within `reach` characters."""
    at = bisect_right(others, found.end + reach, key=lambda other: other.start)
    return others[at - 1] if at > 0 and found.start - others[at - 1].end <= reach else None


def _following(found: Found, others: Sequence[Found]) -> Sequence[Found]:
    """Those of `others`, which are sorted, that stand right behind."""
    first = bisect_left(others, found.end, key=lambda other: other.start)
    return others[first : bisect_right(others, found.end + _NEXT_TO, key=lambda other: other.start)]


SAFETY = Rule(
    "safety",
    safety,
    (
        RuleId(_ID, "demeans a person or a group"),
        RuleId(_SEXUAL, "sexual content", "sexual"),
    ),
)
