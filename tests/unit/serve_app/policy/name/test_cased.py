"""Names in scripts with capitals."""

from __future__ import annotations

import pytest

from serve_app.policy.name import cased
from serve_app.policy.name.known import Known

KNOWN = Known("Rosa Delgado swims the strait")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Today Rosa Salgado swims", "Salgado"),
        ("Starbucks opens", "Starbucks"),
        ("Fans of #TaylorSwift", "#TaylorSwift"),
        ("They met Emma Stone here", "Emma Stone"),
    ],
)
def test_a_strange_name_is_found(text: str, name: str) -> None:
    assert [one.text for one in cased.names(text, KNOWN, "en") if one.sure] == [name]


@pytest.mark.parametrize(
    "text", ["Rosa's nine hours", "May we swim this Monday?", "Why Every Swimmer Fears the Cold", "I swim with my Mom"]
)
def test_names_of_the_item_and_ordinary_words_are_not(text: str) -> None:
    assert [one.text for one in cased.names(text, KNOWN, "en") if one.sure] == []
