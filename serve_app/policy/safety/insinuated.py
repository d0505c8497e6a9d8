"""Claims about a group without a word that demeans: "where they come, things go missing", "the filth of"."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Final

import regex

from serve_app.policy.safety.denied import Find, is_denied, is_reported
from serve_app.policy.safety.lexicon import Found

_REACH: Final = 64  # characters between the group and the phrase
_UNSPACED_REACH: Final = 24
_NEXT: Final = 6
_LONGEST: Final = 16  # characters of a group's name
_BESIDE: Final = regex.compile(r"\s?(?:\p{L}{1,3}\s)?")  # "the filth of the migrants"


def insinuations(groups: Sequence[Found], text: str, find: Find, *, is_unspaced: bool) -> Iterator[tuple[Found, bool]]:
    """Yield phrases beside a group that accuse it, and whether the text denies or only reports that.

    groups: sorted. A phrase that warns a group of thieves, such as the elderly, accuses nobody.
    """
    victims = {(one.start, one.end) for one in find("victims")}
    accused = [one for one in groups if (one.start, one.end) not in victims]
    reach = _UNSPACED_REACH if is_unspaced else _REACH
    for phrase in find("insinuations"):
        if _around(phrase, accused, reach):
            yield phrase, is_denied(phrase, text, find) or is_reported(phrase, text, find)
    for phrase in find("owned"):
        if any(_is_beside(phrase, group, text) for group in _around(phrase, accused, _NEXT)):
            yield phrase, is_reported(phrase, text, find)


def _around(phrase: Found, groups: Sequence[Found], reach: int) -> Sequence[Found]:
    """Those of `groups`, which are sorted, that begin near the phrase."""
    first = bisect_left(groups, phrase.start - reach - _LONGEST, key=lambda group: group.start)
    return groups[first : bisect_left(groups, phrase.end + reach, lo=first, key=lambda group: group.start)]


def _is_beside(phrase: Found, group: Found, text: str) -> bool:
    start, end = min(phrase.end, group.end), max(phrase.start, group.start)
    return start <= end and _BESIDE.fullmatch(text, start, end) is not None
