"""What a request counts for before any of it is done."""

from __future__ import annotations

from typing import Any

import pytest

from deployments.types import Image, Item, VideoFrame
from serve_app.contract.messages import GenerateNotificationRequest
from serve_app.flow.knobs import IngressKnobs
from serve_app.flow.work import Work, of_copies, of_generation, of_item

KNOBS = IngressKnobs()
PICTURE = Image(data=b"x" * 2**20)


def generation(**fields: Any) -> Work:
    fields.setdefault("item", {"title": "Tea"})
    return of_generation(GenerateNotificationRequest.model_validate(fields), KNOBS)


@pytest.mark.parametrize(
    ("options", "candidates"),
    [
        ({}, 8),
        ({"max_categories": 1, "candidates_per_category": 1}, 1),
        ({"categories_wanted": ["A", "B"]}, 4),
        ({"max_categories": 3, "candidates_per_category": 5}, 15),
        ({"max_categories": 10**6, "candidates_per_category": 10**6}, 64),
    ],
)
def test_candidates_count_as_asked_and_at_most_the_limit(options: dict[str, Any], candidates: int) -> None:
    assert generation(options=options) == (1 + candidates,)


def test_pictures_and_bytes_count_unless_a_caption_spares_the_look() -> None:
    item = Item(images=(PICTURE, Image(alt_text="no bytes")), frames=(VideoFrame(data=b"y" * 2**20),))
    assert of_item(item, KNOBS, looked_at=True) == (1 + 2 * 1.0 + 2 * 0.25,)
    assert generation(item=item) == (8 + 1 + 2.5,)
    assert generation(item=item.model_copy(update={"caption": "Tea"})) == (8 + 1 + 0.5,)
    assert of_copies(item, 10, KNOBS) == (1 + 0.5 + 1.0,)


def test_more_pictures_than_allowed_count_as_the_limit() -> None:
    assert of_item(Item(images=(Image(data=b"x"),) * 256), KNOBS, looked_at=True).units < 10


def test_an_image_by_url_counts_as_the_largest_one_where_it_is_fetched() -> None:
    item = Item(images=(Image(url="https://a.test/1"), PICTURE))
    largest = KNOBS.limits.images.max_image_bytes / 2**20
    assert of_item(item, KNOBS, looked_at=True) == (1 + 2 * 1.0 + (largest + 1) * 0.25,)
    assert of_item(item, KNOBS) == (1 + 0.25,)
    assert of_item(Item(images=(Image(url="https://a.test/1"),) * 256), KNOBS, looked_at=True).units < 30


@pytest.mark.parametrize(("units", "size_class"), [(0.1, 0), (1, 0), (2, 1), (9, 4), (16, 4), (17, 5), (1e6, 20)])
def test_requests_of_about_the_same_work_are_one_class(units: float, size_class: int) -> None:
    assert Work(units).size_class == size_class
