"""The length of a text, in the unit that a platform counts in."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import regex

from deployments.types import CountingUnit

# Flags are matched by themselves: at each of them `\X` counts all that stand before it.
_CLUSTER = regex.compile(r"\p{Regional_Indicator}{1,2}+[\p{GCB=Extend}\p{GCB=ZWJ}\p{GCB=SpacingMark}]*+|\X")


def graphemes(text: str) -> Iterator[str]:
    """Iterate over the characters that a reader sees: Unicode's extended grapheme clusters (UAX #29)."""
    if _is_plain(text):
        return iter(text)
    return (match.group() for match in _CLUSTER.finditer(text))


def measure(text: str, unit: CountingUnit) -> int:
    """Measure the length in graphemes, code points, columns (East Asian wide, emoji: two, UAX #11) or UTF-8 bytes."""
    if unit is CountingUnit.UTF8_BYTES:
        return len(text.encode())
    if unit is CountingUnit.CODE_POINTS:
        return len(text)
    if _is_plain(text):
        return len(text)
    if unit is CountingUnit.WIDTH:
        return sum(_columns(cluster) for cluster in graphemes(text))
    return len(_CLUSTER.findall(text))


def _columns(cluster: str) -> int:
    # U+FE0F asks for the emoji form of a narrow symbol, which is wide.
    wide = any(unicodedata.east_asian_width(c) in "WF" or c == "\ufe0f" for c in cluster)
    return 2 if wide else 1


def _is_plain(text: str) -> bool:
    """True for ASCII without CR: each character is one cluster and one column (CR LF is one cluster, UAX #29, GB3)."""
    return text.isascii() and "\r" not in text
