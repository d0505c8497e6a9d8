"""Placeholders that the sending platform fills: Liquid outputs that the item lists in `metadata.placeholders`.

The list is text: `{{ first_name | default: 'friend' }}; {{ city }}`, or names alone: `first_name, city`. A whole one
must stand in the copy byte for byte; of a name alone the copy may have any output.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

import regex

from deployments.types import Copy

_MOST: Final = 64
_VALUE: Final = r"(?:'[^'{}]{0,200}+'|\"[^\"{}]{0,200}+\"|[\w.]++)"
_OUTPUT: Final = regex.compile(
    rf"\{{\{{-?\s*+(?P<name>[\w.]++)\s*+"
    rf"(?:\|\s*+(?:default\s*+:\s*+(?P<default>{_VALUE})(?:\s*+,\s*+\w++\s*+:\s*+\w++)?+|\w++(?:\s*+:\s*+{_VALUE}(?:\s*+,\s*+{_VALUE})*+)?+)\s*+)*+"
    rf"-?\}}\}}"
)
_LISTED: Final = regex.compile(r"\{\{(?:'[^']{0,200}+'|\"[^\"]{0,200}+\"|[^{}'\"]){0,300}+\}\}")
_BETWEEN: Final = regex.compile(r"[;,\s]+")


class Known(NamedTuple):
    """A placeholder of the item. source: as it must stand in a copy; empty where only the name is given."""

    name: str
    source: str = ""
    default: str | None = None


class Place(NamedTuple):
    """Where a known placeholder stands in a text, and where its default does, without the quotes."""

    name: str
    start: int
    end: int
    default: tuple[int, int] | None


@lru_cache(maxsize=256)
def known(text: str) -> tuple[Known, ...]:
    """Return the placeholders of an item's list, at most 64."""
    listed = [_whole(match.group()) for match in _LISTED.finditer(text)]
    names = _BETWEEN.split(_LISTED.sub(" ", text))
    listed += [Known(name) for name in names if regex.fullmatch(r"[\w.]+", name)]
    return tuple(listed[:_MOST])


def _whole(source: str) -> Known:
    match = _OUTPUT.fullmatch(source)
    if match is None:
        return Known(source.strip("{} "), source)
    return Known(match["name"], source, _unquoted(match["default"]))


def _unquoted(value: str | None) -> str | None:
    return value if value is None or value[0] not in "'\"" else value[1:-1]


def output_of(text: str) -> Known | None:
    """Read a Liquid output that stands alone; None when it is none, or broken."""
    match = _OUTPUT.fullmatch(text)
    return None if match is None else Known(match["name"], text, _unquoted(match["default"]))


def places(text: str, listed: tuple[Known, ...]) -> Iterator[Place]:
    """Yield where known placeholders stand, from left to right."""
    if not listed or "{{" not in text:
        return
    sources = {one.source for one in listed if one.source}
    names = {one.name for one in listed if not one.source}
    for match in _LISTED.finditer(text):
        output = _OUTPUT.fullmatch(match.group())
        if match.group() in sources or (output and output["name"] in names and output["default"]):
            yield _place(match, output)


def _place(match: regex.Match[str], output: regex.Match[str] | None) -> Place:
    start, end = match.span()
    if output is None or output["default"] is None:
        return Place("" if output is None else output["name"], start, end, None)
    quoted = output["default"][0] in "'\""
    from_, to = output.span("default")
    return Place(output["name"], start, end, (start + from_ + quoted, start + to - quoted))


def masked(copy: Copy, listed: tuple[Known, ...]) -> Copy:
    """Return the copy with spaces for its known placeholders, and their defaults in their places. Nothing moves."""
    if not listed or "{{" not in copy.title + copy.body:
        return copy
    return Copy(title=_masked(copy.title, listed), body=_masked(copy.body, listed))


def _masked(text: str, listed: tuple[Known, ...]) -> str:
    parts, done = [], 0
    for _, start, end, default in places(text, listed):
        from_, to = default or (end, end)
        parts += [text[done:start], " " * (from_ - start), text[from_:to], " " * (end - to)]
        done = end
    return "".join([*parts, text[done:]])
