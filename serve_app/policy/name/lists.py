"""Lists of names, one file each in `data/`: given and family names by script, places, well-known persons and brands."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from babel import Locale

from serve_app.policy.text import bare

_DATA: Final = Path(__file__).parent / "data"
_LANGUAGES: Final = ("ar", "en", "es", "hi", "ja", "pt", "ru", "zh", "zh_Hant")


@cache
def listed(file: str) -> frozenset[str]:
    """Return the names of a file, in the form in which they are compared."""
    return frozenset(bare(name).strip() for line in _lines(file) for name in line.split("|") if name.strip())


@cache
def groups(file: str) -> tuple[tuple[str, ...], ...]:
    """Return the lines of a file, each as the names of one thing, as they are written."""
    return tuple(tuple(name.strip() for name in line.split("|")) for line in _lines(file))


@lru_cache(maxsize=1)
def countries() -> frozenset[str]:
    return frozenset(name for group in _country_groups() for name in group)


@lru_cache(maxsize=1)
def joined_names() -> frozenset[str]:
    """Well-known names without spaces, as in a hashtag."""
    return frozenset(name.replace(" ", "") for name in well_known())


@lru_cache(maxsize=1)
def places() -> frozenset[str]:
    """Cities, in all scripts."""
    return listed("places")


@lru_cache(maxsize=1)
def well_known() -> frozenset[str]:
    """Persons, brands and organisations, as whole names."""
    return listed("entities")


def aliases(word: str) -> tuple[str, ...]:
    """Return the other names of a place, person or organisation, in all scripts."""
    return _aliases().get(word, ())


@lru_cache(maxsize=1)
def _aliases() -> dict[str, tuple[str, ...]]:
    groups = [
        tuple(bare(name) for name in line.split("|"))
        for file in ("places", "entities", "aliases")
        for line in _lines(file)
    ]
    found: dict[str, tuple[str, ...]] = {}
    for group in (*groups, *_country_groups()):
        for name in group:
            found[name] = found.get(name, ()) + group
    return found


@lru_cache(maxsize=1)
def _country_groups() -> tuple[tuple[str, ...], ...]:
    """The name of each country in each language (CLDR)."""
    territories = [Locale.parse(language).territories for language in _LANGUAGES]
    codes = [code for code in map(str, territories[1]) if len(code) == 2]
    return tuple(tuple(dict.fromkeys(bare(names[code]) for names in territories if code in names)) for code in codes)


def _lines(file: str) -> list[str]:
    lines = (_DATA / f"{file}.txt").read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]
