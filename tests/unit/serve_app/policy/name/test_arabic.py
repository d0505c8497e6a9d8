"""Names in Arabic."""

from __future__ import annotations

import pytest

from serve_app.policy.name import arabic
from serve_app.policy.name.known import Known

KNOWN = Known("سعاد المرابط تفتح مكتبة في الرباط")


@pytest.mark.parametrize(
    ("text", "name"), [("كتب من محمود", "محمود"), ("مكتبة في طنجة", "طنجة"), ("سعاد البوعزاوي تفتح مكتبة", "البوعزاوي")]
)
def test_a_strange_name_is_found(text: str, name: str) -> None:
    assert [one.text for one in arabic.names(text, KNOWN) if one.sure] == [name]


@pytest.mark.parametrize("text", ["سعاد تفتح مكتبة جميلة", "كتب للمرابط في الرباط"])
def test_names_of_the_item_and_ordinary_words_are_not(text: str) -> None:
    assert [one.text for one in arabic.names(text, KNOWN) if one.sure] == []
