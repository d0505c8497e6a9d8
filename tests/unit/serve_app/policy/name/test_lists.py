"""The lists of names."""

from __future__ import annotations

from serve_app.policy.name.lists import aliases, countries, listed, places, well_known


def test_a_name_has_its_other_names() -> None:
    assert "robert" in aliases("bob")
    assert "日本" in aliases("japan")


def test_the_lists_are_read_in_the_form_that_is_compared() -> None:
    assert "москва" in places()
    assert "бразилия" in countries()
    assert "周杰伦" in well_known()
    assert "rosa" in listed("given_latin")
