"""Names in Hindi."""

from __future__ import annotations

import pytest

from serve_app.policy.name import hindi
from serve_app.policy.name.known import Known

KNOWN = Known("रमेश यादव ने कुआँ खोदा")


@pytest.mark.parametrize(
    ("text", "name"),
    [("सुरेश यादव ने कुआँ खोदा", "सुरेश"), ("जोधपुर में कुआँ", "जोधपुर"), ("बाड़मेर में कुआँ", "बाड़मेर"), ("सैमसंग ने दाम घटाए", "सैमसंग")],
)
def test_a_strange_name_is_found(text: str, name: str) -> None:
    assert [one.text for one in hindi.names(text, KNOWN) if one.sure] == [name]


@pytest.mark.parametrize("text", ["रमेश जी का कुआँ", "गाँव में मीठा पानी"])
def test_names_of_the_item_and_ordinary_words_are_not(text: str) -> None:
    assert [one.text for one in hindi.names(text, KNOWN) if one.sure] == []
