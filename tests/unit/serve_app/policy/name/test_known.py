"""The names of an item, in all forms."""

from __future__ import annotations

import pytest

from serve_app.policy.name.known import Known

KNOWN = Known("Анна Кузнецова, J. R. R. Tolkien, World Health Organization, Robert Müller, नीरज, عبد الرحمن")


@pytest.mark.parametrize(
    "name",
    ["Кузнецовой", "Аня", "JRR", "WHO", "Bob", "Muller", "Müller's", "Neeraj", "عبدالرحمن", "لعبدالرحمن", "Толкин"],
)
def test_a_name_is_known_in_another_form(name: str) -> None:
    assert KNOWN.has(name)


@pytest.mark.parametrize("name", ["Кузнецкий", "Алина", "Rowling", "Miller", "सूरज", "NATO"])
def test_another_name_is_not(name: str) -> None:
    assert not KNOWN.has(name)
