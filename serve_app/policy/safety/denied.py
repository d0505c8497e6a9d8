"""Claims that a text denies, "immigrants are not thieves", and what only looks like one, "can't wait to learn"."""

# ruff: noqa: RUF001 - the letters of other scripts are meant

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Final

import regex

from serve_app.policy.safety.lexicon import Found, Kind

Find = Callable[[Kind], list[Found]]

_SENTENCE: Final = regex.compile(r"[.!?;。！？；।؟\n]")
_FOLLOWS: Final = regex.compile(r"[\p{Devanagari}\p{Hiragana}]")  # scripts of languages that deny behind the claim
_BETWEEN: Final = regex.compile(r"\W*(?:\p{L}{1,4}\W+)?")  # "not a thief", "no una ladrona"
_OR: Final = regex.compile(
    r"\W*(?:or|nor|and|ni|o|u|y|nem|ou|e|или|ни|и|أو|ولا|و|या|और|和|或|也不是|や)\W+(?:not |не |no |não )?\W*"
)
_COPULA: Final = "\0"
_PAUSE: Final = regex.compile(r"[,;:.!?，。、；：！？،؛।]")
_LETTER: Final = regex.compile(r"\p{L}")
_COMPOUND: Final = regex.compile(r"\p{Katakana}\p{Han}")  # クズ野菜
_DEVANAGARI: Final = regex.compile(r"\p{Devanagari}")
_IS_IN_HINDI: Final = regex.compile(r"\s*(?:हो|हैं|है|थे|लोग)")
_FOR: Final = (" for", " para")
_FOR_WHOM: Final = 12  # characters from "for" to the group
_ASKING: Final = frozenset("?？؟")
_COPULAS: Final[tuple[Kind, ...]] = ("copulas", "negations", "backhanded")
_LIMITS: Final[tuple[Kind, ...]] = ("limits", "places")
_LINKS: Final = 3  # claims in a row that one negation denies
_REACH: Final = 40
_SENTENCE_READ: Final = 120
_BEHIND: Final = 2  # characters between a claim and a negation behind it, or a limit


def is_denied(claim: Found, text: str, find: Find, others: Sequence[Found] = ()) -> bool:
    """Whether the text says that it is not so. others: claims of its kind, sorted: "neither thieves nor liars".

    "Not all" and "not only" deny nothing, and neither does a question: "are they not thieves?"
    """
    start, end = _bounds(text, claim)
    if _within(find("backhanded"), start, end):
        return False
    denials = _within(find("denials"), start, end)
    if denials:  # "no myth" denies nothing
        return not _has_negation(denials[0], text, find, (), 0)
    return text[end : end + 1] not in _ASKING and _has_negation(claim, text, find, others, _LINKS)


def _has_negation(claim: Found, text: str, find: Find, others: Sequence[Found], links: int) -> bool:
    for negation in _within(find("negations"), claim.start - _REACH, claim.end + _BEHIND + 1):
        before = negation.end <= claim.start and _BETWEEN.fullmatch(text, negation.end, claim.start)
        gap = text[claim.end : negation.start]
        behind = negation.start >= claim.end and not gap.strip() and _FOLLOWS.match(text, negation.start)
        if before or behind:
            return True
    beside = _within(others, claim.start - _REACH, claim.start)
    linked = links and beside and _OR.fullmatch(text, beside[-1].end, claim.start)
    return bool(linked) and _has_negation(beside[-1], text, find, others, links - 1)


def is_reported(claim: Found, text: str, find: Find) -> bool:
    """Whether its sentence tells of somebody else's claim: "the mayor apologised for saying ..."."""
    return bool(_within(find("reports"), *_bounds(text, claim)))


def is_limited(claim: Found, find: Find, *, skill: bool) -> bool:
    """Whether the claim is of a time or a kind, as "don't want to work nights". skill: whether it ends with a skill."""
    behind = [one for kind in _LIMITS[: 1 + skill] for one in _within(find(kind), claim.end, claim.end + _BEHIND + 1)]
    return bool(behind)


def is_of_a_thing(trait: Found, groups: Sequence[Found], text: str, find: Find) -> bool:
    """Whether the trait is mostly said of things, and here of none of the groups: "refugees adopt animals"."""
    if not _within(find("literal"), trait.start, trait.start + 1):
        return False
    return not any(
        _is_said_of(group, trait, text, find)
        for group in _within(groups, trait.start - _REACH, trait.end + _BEHIND + 1)
    )


def _is_said_of(group: Found, trait: Found, text: str, find: Find) -> bool:
    """Whether the trait stands right before the group, or behind it or a pause with nothing but copulas between."""
    if group.start >= trait.end:
        return not text[trait.end : group.start].strip()
    words = chain.from_iterable(_within(find(kind), group.end, trait.start) for kind in _COPULAS)
    between = list(text[group.end : trait.start])
    for copula in words:
        start, end = copula.start - group.end, copula.end - group.end
        between[start:end] = _COPULA * (end - start)
    rest = _PAUSE.split("".join(between[: trait.start - group.end]))[-1]
    if rest.find(_COPULA) < 0:
        rest = "".join(between)
    hindi = _DEVANAGARI.match(text, trait.start) is not None  # there the copula comes last
    if _COMPOUND.match(text, trait.end - 1):
        return False
    return _LETTER.search(rest) is None and (not hindi or _IS_IN_HINDI.match(text, trait.end) is not None)


def is_meant_for(claim: Found, groups: Sequence[Found], text: str) -> bool:
    """Whether the claim is of a thing for the group behind it: "a coupon only good for pensioners"."""
    if not text[claim.start : claim.end].casefold().endswith(_FOR):
        return False
    behind = _within(groups, claim.end, claim.end + _FOR_WHOM)
    return bool(behind) and not _within(groups, claim.start - _REACH, claim.start)


def is_harmless(claim: Found, find: Find) -> bool:
    """Whether its words belong to a phrase that denies no skill."""
    return any(claim.start < one.end for one in _within(find("harmless"), claim.start - _REACH, claim.end))


def _within(places: Sequence[Found], start: int, end: int) -> Sequence[Found]:
    """Return those, of sorted ones, that begin from `start` on and before `end`."""
    first = bisect_left(places, start, key=lambda place: place.start)
    return places[first : bisect_left(places, end, lo=first, key=lambda place: place.start)]


def _bounds(text: str, claim: Found) -> tuple[int, int]:
    """Return where its sentence begins and ends, or as much of it as is read."""
    least, most = max(0, claim.start - _SENTENCE_READ), min(len(text), claim.end + _SENTENCE_READ)
    starts = [match.end() for match in _SENTENCE.finditer(text, least, claim.start)]
    after = _SENTENCE.search(text, claim.end, most)
    return (starts[-1] if starts else least), (after.start() if after else most)
