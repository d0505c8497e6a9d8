"""What a copy says in the words of others: quotations, titles in quotation marks, links, accounts, placeholders."""

# ruff: noqa: RUF001 - the marks of other scripts are meant

from __future__ import annotations

from functools import lru_cache
from typing import Final

import regex

_LONGEST: Final = 120
_LONG: Final = 50
_FOREIGN_WORDS: Final = regex.compile(
    rf"""“[^“”]{{1,{_LONGEST}}}”|„[^„“”]{{1,{_LONGEST}}}[“”]|«[^«»]{{1,{_LONGEST}}}»|»[^«»]{{1,{_LONGEST}}}«
    |「[^「」]{{1,{_LONGEST}}}」|『[^『』]{{1,{_LONGEST}}}』|《[^《》]{{1,{_LONGEST}}}》|〈[^〈〉]{{1,{_LONGEST}}}〉
    |【[^【】]{{1,40}}】|(?<!\p{{L}})"[^"]{{1,{_LONGEST}}}"|(?<![\p{{L}}\p{{N}}])['‘][^'‘’]{{2,{_LONGEST}}}['’](?!\p{{L}})
    |\{{\{{[^{{}}]{{0,{_LONGEST}}}\}}\}}|\{{[^{{}}\s]{{1,40}}\}}
    |(?:https?://|www\.)\S{{1,200}}|[@#][\p{{L}}\p{{N}}_]{{1,60}}|[\p{{L}}\p{{N}}_.]{{1,60}}@\S{{1,60}}""",
    regex.VERBOSE,
)

# One of these, or www., is in everything that the pattern finds.
_SIGNS: Final = frozenset("“„«»「『《〈【\"'‘{/@#")


@lru_cache(maxsize=256)
def own_words(text: str) -> str:
    """Blank the words of others, so that places stay. A long text that is little else stays as it is."""
    if _SIGNS.isdisjoint(text) and "www." not in text:
        return text
    own = _FOREIGN_WORDS.sub(lambda match: " " * len(match.group()), text)
    return own if len(own.split()) >= 2 or len(text) < _LONG else text
