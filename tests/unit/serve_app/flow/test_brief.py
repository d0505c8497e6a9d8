"""What is refused before any stage is asked, with every violation and its field path, and what defaults fill in."""

from __future__ import annotations

from typing import Any

import pytest

from deployments.errors import InvalidInput, UnsupportedField
from deployments.types import OutputField, Priority
from serve_app.fetch.knobs import FetchKnobs
from serve_app.flow.brief import make_call
from serve_app.flow.knobs import IngressKnobs, LimitKnobs
from tests.graph.stages import brief


def fields(knobs: IngressKnobs | None = None, **request: Any) -> set[str]:
    with pytest.raises(InvalidInput) as caught:
        brief(knobs, **request)
    return {v.field for v in caught.value.violations}


@pytest.mark.parametrize(
    ("request_fields", "expected"),
    [
        ({"item": {"id": "empty"}}, {"item"}),
        ({"item": {"title": "  ", "tags": ["x"]}}, {"item"}),
        ({"item": {"title": "<p>&nbsp;</p>", "description": "<br>", "caption": "\u200b"}}, {"item"}),
        ({"item": {"title": "x", "locale": "klingon!"}}, {"item.locale"}),
        ({"item": {"images": [{"data": b"nope"}]}}, {"item.images[0].data"}),
        ({"item": {"images": [{}]}}, {"item.images[0]"}),
        ({"item": {"title": "x", "frames": [{"data": b""}]}}, {"item.frames[0].data"}),
        ({"options": {"categories_wanted": ["DIRECT", "NOPE"]}}, {"options.categories_wanted[1]"}),
        ({"options": {"categories_wanted": ["DIRECT"], "categories_barred": ["DIRECT"]}},
         {"options.categories_barred"}),
        ({"options": {"categories_wanted": ["DIRECT", "STORY"], "max_categories": 1}}, {"options.max_categories"}),
        ({"options": {"length_profile": "papyrus"}}, {"options.length_profile"}),
        ({"options": {"max_categories": 13, "candidates_per_category": 17}},
         {"options.max_categories", "options.candidates_per_category"}),
        ({"incumbents": [{"title": "a", "id": "x"}, {"title": "b", "id": "x"}]},
         {"incumbents[0].id", "incumbents[1].id"}),
        ({"incumbents": [{"title": "a", "id": "c1"}, {"title": "b", "id": "i2"}]},
         {"incumbents[0].id", "incumbents[1].id"}),
        ({"options": {"max_categories": 12, "candidates_per_category": 6}}, {"options.candidates_per_category"}),
        ({"incumbents": [{"title": " "}]}, {"incumbents[0]"}),
        ({"incumbents": [{"title": "a"}] * 17}, {"incumbents"}),
        ({"item": {"id": "e"}, "options": {"length_profile": "p", "categories_barred": ["N"]}},
         {"item", "options.length_profile", "options.categories_barred[0]"}),
    ],
)  # fmt: skip
def test_every_violation_is_named(request_fields: dict, expected: set[str]) -> None:
    assert fields(**request_fields) == expected


def test_more_wanted_categories_than_the_limit_are_refused() -> None:
    knobs = IngressKnobs(limits=LimitKnobs(max_categories=4))
    assert fields(knobs, options={"categories_wanted": ["DIRECT", "STORY", "HUMOUR", "QUESTION", "CURIOSITY"]}) == {
        "options.categories_wanted"
    }


def test_an_unknown_adapter_is_named_among_the_other_violations() -> None:
    assert fields(options={"adapter": "news", "length_profile": "papyrus"}) == {
        "options.adapter",
        "options.length_profile",
    }
    assert brief(options={"adapter": "base"}).adapter == "base"


def test_images_by_url_are_refused_by_name_unless_their_host_is_allowed() -> None:
    item = {"title": "x", "images": [{"url": "https://a.example.org/a.jpg"}]}
    with pytest.raises(UnsupportedField) as caught:
        brief(item=item)
    assert caught.value.violations[0].field == "item.images[0].url"
    with pytest.raises(InvalidInput, match=r"item\.images\[0\]\.url: .*hosts"):
        brief(IngressKnobs(images_by_url=FetchKnobs(hosts=("b.example.org",))), item=item)
    assert brief(IngressKnobs(images_by_url=FetchKnobs(hosts=("*.example.org",))), item=item).item.images[0].url


def test_defaults_fill_in_what_a_request_does_not_say() -> None:
    made = brief()
    assert (made.max_categories, made.candidates_per_category) == (4, 2)
    assert made.output_fields == (OutputField.TITLE, OutputField.BODY)
    assert made.allow_degradation
    assert made.margin == 0.0
    assert made.adapter is None


def test_wishes_and_zero_are_taken_at_their_word() -> None:
    made = brief(
        options={"categories_wanted": ["STORY"], "margin": 0.0, "temperature": 0.0, "seed": 0},
        incumbents=[{"title": "a"}],
    )
    assert made.max_categories == 1
    assert (made.temperature, made.seed) == (0.0, 0)
    assert made.incumbents[0].id == "i1"


@pytest.mark.parametrize(
    ("budget_ms", "seconds"),
    [
        (None, 30.0 - 0.5),
        (500, 0.5 - 0.025),
        (100, 0.1 - 0.02),
        (10, 0.01 - 0.005),
        (10_000_000, 120.0 - 0.5),
    ],
)
def test_the_stages_get_the_callers_budget_capped_and_less_the_time_to_answer(
    budget_ms: int | None, seconds: float
) -> None:
    call = make_call("r", budget_ms, Priority.REALTIME, IngressKnobs())
    assert call.deadline.remaining_s() == pytest.approx(seconds, abs=0.003)
