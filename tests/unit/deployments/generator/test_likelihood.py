"""The likelihood of a copy: of its words, whatever JSON is around them."""

from __future__ import annotations

import pytest

from deployments.engines.words import Token
from deployments.generator.likelihood import words_likelihood


def likelihood(*pieces: tuple[str, float | None]) -> float | None:
    return words_likelihood(Token(text, logprob) for text, logprob in pieces)


TITLE, BETWEEN, END = ('{"title":"', 0.0), ('","body":"', 0.0), ('"}', 0.0)


def test_forced_tokens_do_not_count_so_a_short_copy_gains_nothing() -> None:
    short = likelihood(TITLE, ("Tea", -2.0), BETWEEN, ("Now", -2.0), END)
    long = likelihood(TITLE, ("Tea", -2.0), (" is", -2.0), (" here", -2.0), BETWEEN, ("Now", -2.0), (".", -2.0), END)
    assert (short, long) == (-2.0, -2.0)


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([("{", -9.0), ('"title', -9.0), ('":"', -9.0), ("Tea", -1.0), ('"', -9.0), ("}", -9.0)], -1.0),
        ([('{"title":"Te', -1.0), ('a."', -3.0), ("}", -9.0)], -2.0),  # pieces across the borders have words
        ([('{"title":"', -9.0), ("Te\\", -1.0), ('"a', -2.0), ('"}', -9.0)], -1.5),  # an escaped quotation mark
        ([('{"title": "', -9.0), ("a: b, c", -1.0), ('",\n "body": "', -9.0), ("{x}", -3.0), ('"}', -9.0)], -2.0),
        ([('Sure: "here"\n', -9.0), ('{"body":"', -9.0), ("Tea", -1.0), ('"}', -9.0), (" Done", -9.0)], -1.0),
        ([('{"why":"', -9.0), ("Because", -9.0), ('","title":"', -9.0), ("Tea", -1.0), ('"}', -9.0)], -1.0),
        ([('{"title":"', -9.0), ("", -1.0), ("茶", -2.0), ('"}', -9.0)], -1.5),  # a character of two tokens
        ([('{"title":"', -9.0), ("Tea", None), (" now", -1.0)], -1.0),  # a cut answer, and a token without a value
        ([("Tea", -1.0)], None),
        ([], None),
    ],
)
def test_only_tokens_with_a_part_of_title_or_body_count(
    pieces: list[tuple[str, float | None]], expected: float | None
) -> None:
    assert likelihood(*pieces) == expected
