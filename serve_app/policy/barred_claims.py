"""Claims that a market's law bars in advertising: a food against cancer, a guaranteed fund, nicotine, a child's sex."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

import regex
import yaml

from serve_app.policy.cues import Cued, whole_words
from serve_app.policy.cures import is_told
from serve_app.policy.text import normalise

_ENDING: Final = r"[\p{L}\p{M}]*+"
_PREFIXES: Final = {"ar": r"[وفبكل]?(?:ال)?"}
_READ: Final = 2_000  # characters of the item


class BarredClaim(NamedTuple):
    """A claim and its place. sure: whether the copy makes it, and does not deny it, ask, or tell of it."""

    kind: str
    start: int
    end: int
    sure: bool


@dataclass(frozen=True)
class _Claim:
    """Patterns of one kind in one language; see `barred_claims.yaml`."""

    kind: str
    markets: frozenset[str]
    core: Cued
    beside: tuple[regex.Pattern[str], ...]
    unless: regex.Pattern[str] | None
    told: regex.Pattern[str] | None
    question_sells: bool


def barred_claims(text: str, copy: str, item: str, language: str, region: str) -> Iterator[BarredClaim]:
    """Yield the first claim of each kind in a field. text: NFKC-normalised. copy: all of its fields. item: its text."""
    for claim in _claims_of(language):
        if claim.markets and region not in claim.markets:
            continue
        if (found := claim.core.search(text)) is None:
            continue
        around = f"{copy}\n{item[:_READ]}"
        if not all(one.search(around) for one in claim.beside) or (claim.unless and claim.unless.search(around)):
            continue
        start, end = found.span()
        told = claim.told is not None and claim.told.search(copy) is not None
        told = told or is_told(text, start, end, language, asks=not claim.question_sells)
        yield BarredClaim(claim.kind, start, end, not told)


@lru_cache(maxsize=64)
def _claims_of(language: str) -> tuple[_Claim, ...]:
    return tuple(_claim(kind, rows[language], language) for kind, rows in _table().items() if language in rows)


def _claim(kind: str, row: dict[str, Any], language: str) -> _Claim:
    def source(key: str) -> str:
        return _whole(row[key], language)

    def compiled(written: str) -> regex.Pattern[str]:
        return regex.compile(_whole(written, language), regex.IGNORECASE)

    return _Claim(
        kind,
        frozenset(row.get("markets", ())),
        Cued(source("core")),
        tuple(map(compiled, row["beside"])),
        compiled(row["unless"]) if "unless" in row else None,
        compiled(row["told"]) if "told" in row else None,
        row.get("question_sells", False),
    )


def _whole(written: str, language: str) -> str:
    return whole_words(normalise(written).replace("~", _ENDING), language, _PREFIXES.get(language, ""))


@cache
def _table() -> dict[str, dict[str, dict[str, Any]]]:
    table: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load(
        (files(__package__) / "barred_claims.yaml").read_text(encoding="utf-8")
    )
    return table
