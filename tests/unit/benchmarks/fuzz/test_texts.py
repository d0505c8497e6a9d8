"""Hostile texts, as long as a field may be."""

from __future__ import annotations

from random import Random

from benchmarks.fuzz.texts import hostile_text


def test_they_fill_a_field_and_never_more() -> None:
    random = Random(0)
    lengths = [len(hostile_text(random, 500)) for _ in range(200)]
    assert max(lengths) == 500
    assert lengths.count(500) > 20


def test_they_hold_what_is_feared() -> None:
    random = Random(0)
    texts = "".join(hostile_text(random, 200) for _ in range(500))
    assert all(piece in texts for piece in ("\u202e", "\u200d", "{%", "<script>", "\x00", "</item>", "ﷺ"))
