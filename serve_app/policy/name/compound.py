"""Places named after another one: Nuevo León is no León, though each of its words may stand in the item."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import regex

from serve_app.policy.name.found import Found
from serve_app.policy.name.known import Known
from serve_app.policy.name.lists import groups
from serve_app.policy.text import bare


def names(text: str, known: Known) -> Iterator[Found]:
    """Yield such places that the item has under no name."""
    pattern, by_name = _table()
    for match in pattern.finditer(text):
        if not any(_has(known.bare, one) for one in by_name[bare(match.group())]):
            yield Found(match.group(), match.start(), match.end())


def _has(text: str, place: str) -> bool:
    """Whether the text has the words of the place in a row, in any inflection."""
    if place in text:
        return True
    stems = [regex.escape(word[: max(3, len(word) - 2)]) + r"\w*+" for word in regex.split(r"[ \-]", place)]
    return regex.search(r"[ \-]".join(stems), text) is not None


@lru_cache(maxsize=1)
def _table() -> tuple[regex.Pattern[str], dict[str, tuple[str, ...]]]:
    by_name = {bare(name): tuple(map(bare, group)) for group in groups("compound_places") for name in group}
    written = sorted((name for group in groups("compound_places") for name in group), key=len, reverse=True)
    any_name = "|".join(map(regex.escape, written))
    return regex.compile(rf"(?<!\p{{L}})(?:{any_name})(?!\p{{L}})"), by_name
