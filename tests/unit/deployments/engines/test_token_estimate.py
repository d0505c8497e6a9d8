"""The estimate stays above what a tokenizer counts. tests/e2e compares it with a real one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.engines.token_estimate import estimate_tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("   ", 0),
        ("cat", 1),
        ("cats", 2),
        ("CATS", 2),
        ("CAT", 2),
        ("a cat", 2),
        ("2026", 4),
        ("?!", 2),
        ("a\nb", 3),
        ("é", 2),
        ("猫", 3),
        ("😀", 4),
    ],
)
def test_letters_digits_marks_and_bytes_each_have_their_price(text: str, tokens: int) -> None:
    assert estimate_tokens(text) == tokens


@given(st.text(max_size=60), st.text(max_size=60))
def test_two_lines_cost_what_they_cost_alone_and_the_break(one: str, other: str) -> None:
    """A prompt is laid out line by line, and each line is counted by itself."""
    assert estimate_tokens(f"{one}\n{other}") == estimate_tokens(one) + 1 + estimate_tokens(other)


@given(st.text(alphabet=st.characters(min_codepoint=0x80), max_size=40))
def test_a_script_beyond_ascii_costs_its_bytes(text: str) -> None:
    blank_free = "".join(c for c in text if not c.isspace() or c == "\n")
    assert estimate_tokens(text) >= len(blank_free.encode("utf-8", "surrogatepass"))


def test_a_lone_surrogate_is_counted_and_no_error() -> None:
    assert estimate_tokens("a\ud800") == 4
