"""The plan without a router: requested categories, else the catalogue's defaults, else all of it."""

from __future__ import annotations

from typing import Any

import pytest

from deployments.types import CategoryInfo
from serve_app.flow.plan import default_plan
from tests.graph.stages import brief

DEFAULTS = ("CURIOSITY", "STORY")


def catalogue(*defaults: str) -> list[CategoryInfo]:
    return [
        CategoryInfo(category=name, definition=name, instruction=f"Write {name}.", is_default=name in defaults)
        for name in ("DIRECT", "CURIOSITY", "QUESTION", "STORY", "HUMOUR")
    ]


@pytest.mark.parametrize(
    ("options", "defaults", "expected"),
    [
        ({}, DEFAULTS, ["CURIOSITY", "STORY"]),
        ({"max_categories": 1}, DEFAULTS, ["CURIOSITY"]),
        ({"categories_barred": ["CURIOSITY"]}, DEFAULTS, ["STORY"]),
        ({"categories_barred": ["CURIOSITY", "STORY"], "max_categories": 2}, DEFAULTS, ["DIRECT", "QUESTION"]),
        ({"max_categories": 3}, (), ["DIRECT", "CURIOSITY", "QUESTION"]),
        ({"categories_wanted": ["HUMOUR", "DIRECT"]}, DEFAULTS, ["DIRECT", "HUMOUR"]),
    ],
)
def test_the_categories_of_the_plan(options: dict[str, Any], defaults: tuple[str, ...], expected: list[str]) -> None:
    plan = default_plan(brief(options=options), catalogue(*defaults))
    assert [planned.category for planned in plan] == expected
    assert [planned.weight for planned in plan] == [1 / len(expected)] * len(expected)
    assert [planned.instruction for planned in plan] == [f"Write {name}." for name in expected]
    assert {planned.wanted for planned in plan} == {"categories_wanted" in options}


def test_a_catalogue_that_is_barred_as_a_whole_leaves_an_empty_plan() -> None:
    barred = [info.category for info in catalogue()]
    assert default_plan(brief(options={"categories_barred": barred}), catalogue(*DEFAULTS)) == ()
    assert default_plan(brief(), []) == ()
