"""Names in Japanese."""

from __future__ import annotations

import pytest

from serve_app.policy.name import japanese
from serve_app.policy.name.known import Known

KNOWN = Known("田中ゆりさん、書道展で金賞")


@pytest.mark.parametrize(
    ("text", "name"),
    [("田中まりさんが金賞", "田中まり"), ("奈良の書道展", "奈良"), ("スターバックスの新作", "スターバックス")],
)
def test_a_strange_name_is_found(text: str, name: str) -> None:
    assert [one.text for one in japanese.names(text, KNOWN) if one.sure] == [name]


@pytest.mark.parametrize("text", ["ゆりさんの金賞", "森の香り、林檎の甘さ"])
def test_names_of_the_item_and_ordinary_words_are_not(text: str) -> None:
    assert [one.text for one in japanese.names(text, KNOWN) if one.sure] == []
