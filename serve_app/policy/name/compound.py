"""Places that are named after another one: Nuevo León is no León, though each of its words may stand in the item."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import regex

from serve_app.policy.name.cased import is_headline
from serve_app.policy.name.found import Found
from serve_app.policy.name.known import Known
from serve_app.policy.name.lists import groups
from serve_app.policy.text import bare

# Places that others are named after: Mexico is no New Mexico.
_OLDER: Final = regex.compile(
    r"(?<!\p{L})(?:York|M[eé]xico|Hampshire|England|Inglaterra|Virginia|California|León|Leon|Guinea|Orleans|Sudan|Sudán|Jersey)(?!\p{L})"
)
_OPENING: Final = " \"'“«(¡¿"
_ENDS: Final = tuple(".!?:\n")


def names(text: str, known: Known) -> Iterator[Found]:
    """Yield those that the item has under no name, and for review the older places that it has only in such a name."""
    pattern, by_name = _table()
    taken: list[tuple[int, int]] = []
    fates: dict[str, str] = {}
    for match in pattern.finditer(text):
        taken.append(match.span())
        place = match.group()
        if place not in fates:
            fates[place] = _fate(place, known, by_name[bare(place)], text)
        if fates[place] == "new" or (fates[place] == "small" and not _opens(text, match.start())):
            yield Found(place, match.start(), match.end())
    inside = {start for span in taken for start in range(*span)}
    part: dict[str, bool] = {}
    for match in _OLDER.finditer(text):
        place = match.group()
        if place not in part:
            part[place] = _is_part_only(bare(place), known)
        if part[place] and match.start() not in inside:
            yield Found(place, match.start(), match.end(), sure=False)


def _fate(place: str, known: Known, group: tuple[str, ...], text: str) -> str:
    """Return "known", "small" where the item has its last word in small letters, a jersey, or "new"."""
    if any(_has(known, one) for one in group):
        return "known"
    if not _has_small(known, place):
        return "new"
    return "known" if is_headline(text) else "small"


def _has(known: Known, place: str) -> bool:
    """Whether the item has the words of the place in a row, in any inflection, as a name."""
    stems = [regex.escape(word[: max(3, len(word) - 2)]) + r"\w*+" for word in regex.split(r"[ \-]", place)]
    found = list(regex.finditer(r"[ \-]".join(stems), known.bare))
    if len(known.text) != len(known.bare):
        return bool(found)
    written = (known.text[match.start() : match.end()] for match in found)
    return any(not regex.split(r"[ \-]", one)[-1][:1].islower() for one in written)  # "a new jersey" is no place


def _has_small(known: Known, place: str) -> bool:
    """Whether the item has the last word of the place in small letters: its new home jersey."""
    last = regex.split(r"[ \-]", place)[-1].lower()
    return regex.search(rf"(?<!\p{{L}}){regex.escape(last)}(?!\p{{L}})", known.text) is not None


def _opens(text: str, at: int) -> bool:
    """Whether a sentence begins here."""
    before = text[:at].rstrip(_OPENING)
    return not before or before.endswith(_ENDS)


def _is_part_only(place: str, known: Known) -> bool:
    """Whether the item has the place only in the name of another one."""
    alone = regex.findall(rf"\b{place}\b", known.bare)
    whole = [name for name in _table()[1] if name.endswith(f" {place}") and name in known.bare]
    return bool(whole) and len(alone) == sum(known.bare.count(name) for name in whole)


@lru_cache(maxsize=1)
def _table() -> tuple[regex.Pattern[str], dict[str, tuple[str, ...]]]:
    by_name = {bare(name): tuple(map(bare, group)) for group in groups("compound_places") for name in group}
    written = sorted((name for group in groups("compound_places") for name in group), key=len, reverse=True)
    any_name = "|".join(map(regex.escape, written))
    return regex.compile(rf"(?<!\p{{L}})(?:{any_name})(?!\p{{L}})"), by_name
