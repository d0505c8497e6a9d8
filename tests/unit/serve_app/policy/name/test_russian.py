"""Russian words and names."""

from __future__ import annotations

import pytest

from serve_app.policy.name.russian import kind_of


@pytest.mark.parametrize(
    ("word", "kind"), [("олег", "name"), ("рязани", "name"), ("деревня", "ordinary"), ("старбакс", "unknown")]
)
def test_the_kind_of_a_word(word: str, kind: str) -> None:
    assert kind_of(word) == kind
