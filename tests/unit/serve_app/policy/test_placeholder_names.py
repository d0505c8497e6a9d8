"""Names of values in the languages of template authors."""

from __future__ import annotations

from serve_app.policy.placeholder_names import PERSON, THING, VALUES


def test_names_are_folded_and_of_one_kind() -> None:
    assert not PERSON & THING
    assert {name for name in VALUES if name != name.casefold()} == set()
