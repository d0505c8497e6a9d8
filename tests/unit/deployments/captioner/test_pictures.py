"""The pictures that a captioner looks at, and the one rule that spreads frames over a video."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.captioner.pictures import Picture, frames_of, images_of, pictures_of, spread
from deployments.types import Image, Item, VideoFrame

VIDEO = tuple(VideoFrame(data=bytes([n]), offset_ms=100 * n) for n in range(10))


@pytest.mark.parametrize(
    ("count", "chosen"),
    [(0, []), (1, [5]), (2, [2, 7]), (4, [1, 3, 6, 8]), (10, list(range(10))), (99, list(range(10)))],
)
def test_frames_are_the_middles_of_equal_stretches(count: int, chosen: list[int]) -> None:
    assert spread(range(10), count) == chosen


@given(st.integers(0, 300), st.integers(0, 80))
def test_frames_are_distinct_in_order_and_as_many_as_there_may_be(length: int, count: int) -> None:
    chosen = spread(range(length), count)
    assert chosen == sorted(set(chosen))
    assert len(chosen) == min(length, count)


def test_frames_are_taken_by_their_offsets_and_named_by_their_place() -> None:
    item = Item(frames=tuple(reversed(VIDEO)))
    assert frames_of(item, 2) == [Picture("item.frames[7].data", b"\x02"), Picture("item.frames[2].data", b"\x07")]


def test_images_without_data_are_passed_over() -> None:
    item = Item(images=(Image(alt_text="the sea"), Image(data=b"x")))
    assert images_of(item) == [Picture("item.images[1].data", b"x")]


@pytest.mark.parametrize(("most", "frames"), [(1, []), (2, []), (3, [5]), (4, [2, 7])])
def test_frames_fill_what_images_leave(most: int, frames: list[int]) -> None:
    item = Item(images=(Image(data=b"a"), Image(data=b"b")), frames=VIDEO)
    fields = [f"item.images[{n}].data" for n in range(2)][:most] + [f"item.frames[{n}].data" for n in frames]
    assert [picture.field for picture in pictures_of(item, most)] == fields
