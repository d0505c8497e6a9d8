"""The plan without a router: requested categories, else the defaults, else the catalogue, as far as gates open."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from deployments.errors import InvalidInput
from deployments.router.catalogue import AbsentGate, Category, FileCatalogue, MetadataGate, NoGate
from serve_app.flow.plan import default_plan
from tests.graph.stages import brief

DEFAULTS = ("CURIOSITY", "STORY")
GATES = {
    "QUESTION": MetadataGate(kind="metadata", any_of=("asked",)),
    "HUMOUR": AbsentGate(kind="absent", words=("war",)),
}


def catalogue(*defaults: str) -> list[Category]:
    return [
        Category(
            category=name,
            definition=name,
            instruction=f"Write {name}.",
            cues=(name,),
            is_default=name in defaults,
            gate=GATES.get(name, NoGate()),
        )
        for name in ("DIRECT", "CURIOSITY", "QUESTION", "STORY", "HUMOUR")
    ]


@pytest.mark.parametrize(
    ("options", "defaults", "expected"),
    [
        ({}, DEFAULTS, ["CURIOSITY", "STORY"]),
        ({"max_categories": 1}, DEFAULTS, ["CURIOSITY"]),
        ({"categories_barred": ["CURIOSITY"]}, DEFAULTS, ["STORY"]),
        ({"categories_barred": ["CURIOSITY", "STORY"], "max_categories": 2}, DEFAULTS, ["DIRECT", "HUMOUR"]),
        ({"max_categories": 3}, (), ["DIRECT", "CURIOSITY", "STORY"]),
        ({}, ("QUESTION", "STORY"), ["STORY"]),
        ({"categories_wanted": ["HUMOUR", "DIRECT"]}, DEFAULTS, ["DIRECT", "HUMOUR"]),
        ({"categories_wanted": ["QUESTION"]}, DEFAULTS, ["QUESTION"]),  # the caller's wish opens the gate
    ],
)
def test_the_categories_of_the_plan(options: dict[str, Any], defaults: tuple[str, ...], expected: list[str]) -> None:
    plan = default_plan(brief(options=options), "", catalogue(*defaults))
    assert [planned.category for planned in plan] == expected
    assert [planned.weight for planned in plan] == [1 / len(expected)] * len(expected)
    assert [planned.instruction for planned in plan] == [f"Write {name}." for name in expected]
    assert {planned.wanted for planned in plan} == {"categories_wanted" in options}


def test_gates_see_the_items_evidence_and_the_caption() -> None:
    barred = {"options": {"categories_barred": ["DIRECT", "CURIOSITY", "STORY"]}}
    asked = brief(item={"title": "Tea", "metadata": {"asked": "yes"}}, **barred)
    assert [p.category for p in default_plan(asked, "", catalogue("DIRECT"))] == ["QUESTION", "HUMOUR"]
    assert [p.category for p in default_plan(asked, "A war memorial.", catalogue("DIRECT"))] == ["QUESTION"]


def test_barred_defaults_leave_no_category_without_its_evidence() -> None:
    """With the shipped catalogue an ordinary item was written as URGENT_TREND and QUOTE."""
    categories = FileCatalogue(kind="file").load().categories
    defaults = tuple(c.category for c in categories if c.is_default)
    barred = replace(brief(item={"title": "Tea"}), barred_categories=defaults, max_categories=12)
    plan = default_plan(barred, "", categories)
    gated = {c.category for c in categories if not isinstance(c.gate, NoGate | AbsentGate)}
    assert gated
    assert gated.isdisjoint(p.category for p in plan)


def test_without_a_category_the_request_is_refused_as_the_router_does() -> None:
    barred = brief(options={"categories_barred": ["DIRECT", "CURIOSITY", "STORY", "HUMOUR"]})
    with pytest.raises(InvalidInput, match="categories_barred: leaves no category"):
        default_plan(barred, "", catalogue(*DEFAULTS))
