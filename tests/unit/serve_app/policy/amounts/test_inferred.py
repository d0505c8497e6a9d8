"""What a reader counts or works out from an item."""

from __future__ import annotations

import pytest

from tests.unit.serve_app.policy.amounts.read import claimed, facts


@pytest.mark.parametrize(
    ("item", "copy", "follows"),
    [
        ("A bench, a dog and the sea", "two friends", True),
        ("A bench, a dog and the sea", "six friends", False),
        ("Four dogs and a bench", "two dogs", False),
        ("Mate in three moves", "mate in two", False),
        ("5,204 to 5,117 votes", "87 votes ahead", True),
        ("5,204 to 5,117 votes", "88 votes ahead", False),
        ("5,204 to 5,117 votes", "she is 87", False),
        ("four adults and seven young", "eleven nutria", True),
        ("aged 94, a house of 1971, 5,204 votes, 23 leaks", "71 leaks", False),
        ("30 days of 100 jumps", "3,000 jumps", True),
        ("From 24:58 to 25:03", "five seconds", True),
        ("It lasts 2:58", "178 seconds", True),
        ("He won in 2:04:56, his best was 2:06:10", "74 seconds", True),
        ("He won in 2:04:56, his best was 2:06:10", "99 seconds", False),
        ("From 6.30 pm to 7 pm", "half an hour later", True),
        ("Open from 8 to 10 pm", "three hours", False),
        ("Mam, 1974 / me, 2025", "half a century", True),
        ("a wall of 1690", "more than 300 years old", True),
        ("a wall of 1690", "more than 900 years old", False),
        ("It is 60%", "40% are left", False),
        ("It is 60%", "half of them", False),
        ("They go", "half of them", True),
        ("241 want 7 am, 52 want 9 am", "52 said nine", True),
        ("44 films, none longer than 14 minutes", "none over 44 minutes", False),
    ],
)
def test_a_number_may_follow_or_not(item: str, copy: str, follows: bool) -> None:
    claim = claimed(copy)[-1]
    assert facts(item).inferred.follows(claim, copy) == follows
