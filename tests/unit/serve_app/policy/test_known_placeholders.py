# ruff: noqa: RUF001 - the marks of other scripts are meant
"""Known placeholders: how an item lists them, where they stand, and the copy without them."""

from __future__ import annotations

import pytest

from deployments.types import Copy
from serve_app.policy.known_placeholders import Known, known, masked, output_of, places

NAME = "{{ first_name | default: 'friend' }}"


@pytest.mark.parametrize(
    ("listed", "names"),
    [
        (NAME, ["first_name"]),
        (f"{NAME}; {{{{city}}}}", ["first_name", "city"]),
        (f'["{NAME}","{{{{city}}}}"]', ["first_name", "city"]),
        ("{{ a.b | default: 'x; y, z' | upcase }}", ["a.b"]),
        ("first_name, city", ["first_name", "city"]),
        ("", []),
    ],
)
def test_an_item_lists_outputs_or_names(listed: str, names: list[str]) -> None:
    assert [one.name for one in known(listed)] == names


def test_an_output_has_a_name_and_a_default() -> None:
    assert output_of(NAME) == Known("first_name", NAME, "friend")
    assert output_of("{{ n | upcase | default: 5, allow_false: true }}") == Known(
        "n", "{{ n | upcase | default: 5, allow_false: true }}", "5"
    )
    assert output_of("{{ n | default: ‘x’ }}") is None


def test_the_copy_keeps_the_default_in_its_place() -> None:
    copy = Copy(title=f"Hi {NAME}!", body="{{ other | default: 'x' }}")
    read = masked(copy, known(NAME))
    assert read.title.split() == ["Hi", "friend", "!"]
    assert read.title.index("friend") == copy.title.index("friend")
    assert (len(read.title), read.body) == (len(copy.title), copy.body)


def test_of_a_name_alone_any_output_with_a_default_is_known() -> None:
    listed = known("first_name")
    assert [p.name for p in places(f"Hi {NAME}", listed)] == ["first_name"]
    assert [*places("Hi {{ first_name }}", listed)] == []
