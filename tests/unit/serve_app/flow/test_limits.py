"""Limits as they are published: each knob under its own name, the contract's own as they hold, none beyond an int32."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from deployments.images import ImageLimits
from deployments.types import MAX_INT32, Model
from pushgen.v1 import service_pb2
from serve_app.contract.codec import to_message
from serve_app.contract.messages import GenerateNotificationRequest, Limits, ScoreCopiesRequest
from serve_app.flow.knobs import LimitKnobs
from serve_app.flow.limits import capped, published

# A value of its own each, so that no two can be mixed up.
IMAGES = {"max_images": 2, "max_image_bytes": 3, "max_image_pixels": 4}
KNOBS = {
    "max_categories": 5, "max_candidates_per_category": 6, "max_candidates": 7, "max_incumbents": 8,
    "max_batch_items": 9, "max_time_budget_ms": 10,
}  # fmt: skip


def test_every_knob_is_published_under_its_own_name() -> None:
    assert KNOBS.keys() | {"images"} == LimitKnobs.model_fields.keys()
    assert IMAGES.keys() == ImageLimits.model_fields.keys()
    limits = published(LimitKnobs.model_validate(KNOBS | {"images": IMAGES})).model_dump()
    assert {name: limits[name] for name in IMAGES | KNOBS} == IMAGES | KNOBS


def of_item(**fields: Any) -> Model:
    return GenerateNotificationRequest.model_validate({"item": {"title": "t", **fields}})


def of_copies(kind: type[Model], field: str, count: int) -> Model:
    return kind.model_validate({"item": {"title": "t"}, field: [{"title": "t"}] * count})


# The largest request of each limit of the contract, made of the published number.
REQUESTS: dict[str, Callable[[int], Model]] = {
    "max_short_text_chars": lambda n: of_item(title="x" * n),
    "max_long_text_chars": lambda n: of_item(description="x" * n),
    "max_name_chars": lambda n: of_item(id="x" * n),
    "max_tags": lambda n: of_item(tags=["x"] * n),
    "max_tag_chars": lambda n: of_item(tags=["x" * n]),
    "max_metadata_entries": lambda n: of_item(metadata={f"k{i}": "v" for i in range(n)}),
    "max_metadata_key_chars": lambda n: of_item(metadata={"k" * n: "v"}),
    "max_recent_copies": lambda n: of_copies(GenerateNotificationRequest, "recent_copies", n),
    "max_scored_copies": lambda n: of_copies(ScoreCopiesRequest, "copies", n),
}


def test_every_limit_is_a_knob_or_the_contracts_own() -> None:
    assert Limits.model_fields.keys() == IMAGES.keys() | KNOBS.keys() | REQUESTS.keys()


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_at_a_limit_of_the_contract_is_taken_and_one_beyond_is_not(name: str) -> None:
    limit = getattr(published(LimitKnobs()), name)
    assert REQUESTS[name](limit)
    with pytest.raises(ValidationError):
        REQUESTS[name](limit + 1)


def test_knobs_without_a_bound_fit_the_contract() -> None:
    unbounded = {name: 2**40 for name in KNOBS if name != "max_incumbents"}
    limits = published(LimitKnobs.model_validate(unbounded | {"images": {"max_image_bytes": 2**40}}))
    message = to_message(limits, service_pb2.Limits)
    assert {getattr(message, name) for name in unbounded} == {MAX_INT32}
    assert message.max_image_bytes == MAX_INT32


@pytest.mark.parametrize(
    ("knob", "number"), [(1, 1), (MAX_INT32 - 1, MAX_INT32 - 1), (MAX_INT32, MAX_INT32), (MAX_INT32 + 1, MAX_INT32)]
)
def test_a_number_is_capped_only_beyond_an_int32(knob: int, number: int) -> None:
    assert capped(knob) == number
