"""Places of findings, in the text as it is sent."""

# ruff: noqa: RUF001 - compatibility forms are meant

from __future__ import annotations

import pytest

from serve_app.policy.spans import raw_span
from serve_app.policy.text import readable


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("Coffee for 97 people", "97"),
        ("Coffee for ９７ people", "97"),
        ("ﬁne ﬂour for 97", "97"),
        ("½ price, 97 left", "97"),
    ],
)
def test_words_are_found_by_text_and_by_place(raw: str, words: str) -> None:
    at = readable(raw).index(words)
    for span in (None, (at, at + len(words))):
        start, end = raw_span(raw, words, span)
        assert readable(raw[start:end]) == words


def test_a_part_of_a_ligature_is_the_whole_ligature() -> None:
    assert raw_span("of ﬁne", "i", (4, 5)) == (3, 4)


def test_words_that_are_not_there_have_no_place() -> None:
    assert raw_span("Coffee", "tea", None) == (0, 0)
