"""Files that are no pictures, or more than they seem."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from benchmarks.fuzz.pictures import _bombs, hostile_picture, plain_picture
from deployments.images import violations
from deployments.types import Image, Item
from serve_app.flow.knobs import LimitKnobs


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_the_plain_ones_are_let_in(kind: str) -> None:
    assert violations(Item(images=(Image(data=plain_picture(kind)),)), LimitKnobs().images) == []


def test_many_hostile_ones_are_refused_and_none_breaks_the_check() -> None:
    random, refused = Random(2), Counter[bool]()
    for _ in range(60):
        item = Item(images=(Image(data=hostile_picture(random)),))
        refused[bool(violations(item, LimitKnobs().images))] += 1
    assert min(refused[True], refused[False]) > 5


def test_a_bomb_is_small() -> None:
    assert max(map(len, _bombs())) < 1_000_000
