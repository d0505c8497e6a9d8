"""Two words compared by the first tokens that a server names."""

from __future__ import annotations

import math

import pytest

from deployments.engines.alternatives import Alternative, contrast

LOG = {share: math.log(share) for share in (0.6, 0.2, 0.1, 0.05)}


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        ({"Yes": 0.6, "No": 0.2}, 3.0),
        ({" Yes": 0.6, "no\n": 0.2}, 3.0),
        ({"YES": 0.2, " yes": 0.1, "No": 0.1}, 3.0),
        ({"{": 0.6, "No": 0.2, "Yes": 0.05}, 0.25),
        ({"Yes": 0.6, "Maybe": 0.2, "The": 0.1}, 6.0),
        ({"Maybe": 0.6, "No": 0.2, "The": 0.05}, 0.25),
        ({"The": 0.6, "Yes": 0.05}, 1.0),
    ],
)
def test_the_forms_of_a_word_add_up_and_a_missing_one_is_no_likelier_than_the_least(
    tokens: dict[str, float], expected: float
) -> None:
    named = [Alternative(token, LOG[share]) for token, share in tokens.items()]
    assert contrast(named, "Yes", "No") == pytest.approx(math.log(expected))


@pytest.mark.parametrize("tokens", [(), ("Yes",), ("The", "A"), ("Yesterday", "Nothing")])
def test_without_either_word_or_without_anything_beside_it_nothing_is_known(tokens: tuple[str, ...]) -> None:
    assert contrast([Alternative(token, -1.0) for token in tokens], "Yes", "No") is None
