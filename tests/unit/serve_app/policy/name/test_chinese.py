# ruff: noqa: RUF001 - the letters of other scripts are meant
"""Names in Chinese."""

from __future__ import annotations

import pytest

from serve_app.policy.name import chinese
from serve_app.policy.name.known import Known

KNOWN = Known("演员张静回乡种茶")


@pytest.mark.parametrize(("text", "name"), [("张颖回乡种茶", "张颖"), ("大连的茶", "大连"), ("周杰伦种茶", "周杰伦")])
def test_a_strange_name_is_found(text: str, name: str) -> None:
    assert [one.text for one in chinese.names(text, KNOWN) if one.sure] == [name]


@pytest.mark.parametrize("text", ["张静的茶", "周末安排，马上开饭", "张老师种茶"])
def test_names_of_the_item_and_ordinary_words_are_not(text: str) -> None:
    assert [one.text for one in chinese.names(text, KNOWN) if one.sure] == []
