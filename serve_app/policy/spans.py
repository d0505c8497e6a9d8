"""Places of words: rules read a normalised text, findings name places of the text as it is sent."""

from __future__ import annotations

from collections.abc import Iterator

from deployments.counting import graphemes
from serve_app.policy.text import normalise, readable


def raw_span(raw: str, text: str, span: tuple[int, int] | None) -> tuple[int, int]:
    """Return where the words stand in `raw`, in code points; (0, 0) where they cannot be found.

    span: their place in `readable(raw)`; None to look for `text`.
    """
    if span is None and (at := raw.find(text)) >= 0:
        return at, at + len(text)
    read = readable(raw)
    if span is None:
        at = read.find(text)
        if at < 0:
            return 0, 0
        span = at, at + len(text)
    if raw == read:
        return span
    return _mapped(raw, *span)


def _mapped(raw: str, start: int, end: int) -> tuple[int, int]:
    """Map a place of the normalised text to the characters, as a reader sees them, that it comes from."""
    first, last = None, 0
    for at, length, normal_at, normal_length in _pieces(raw):
        if normal_at + normal_length <= start:
            continue
        if normal_at >= end:
            break
        first = at if first is None else first
        last = at + length
    return (0, 0) if first is None else (first, last)


def _pieces(raw: str) -> Iterator[tuple[int, int, int, int]]:
    """Yield each cluster: its place and length in the raw text, then in the normalised one."""
    at = normal_at = 0
    for cluster in graphemes(raw):
        normal_length = len(normalise(cluster))
        yield at, len(cluster), normal_at, normal_length
        at, normal_at = at + len(cluster), normal_at + normal_length
