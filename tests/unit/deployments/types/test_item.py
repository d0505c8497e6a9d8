"""The item and its pictures: what names them, and what is left without them."""

from __future__ import annotations

import hashlib
import pickle
from typing import Any

import cloudpickle
import pytest

from deployments.types import Image, Item, VideoFrame

CAT = Item(title="Cat", images=(Image(data=b"cat"),))


def frames(*offsets: int) -> tuple[VideoFrame, ...]:
    return tuple(VideoFrame(data=f"frame {ms}".encode(), offset_ms=ms) for ms in offsets)


@pytest.mark.parametrize("pickler", [pickle, cloudpickle])
def test_a_picture_is_hashed_once_and_its_digest_travels_with_it(pickler: Any) -> None:
    item = Item(images=(Image(data=b"cat"),), frames=frames(1, 2))
    digest = item.pictures_digest()
    arrived = pickle.loads(pickler.dumps(item))  # noqa: S301 - our own
    assert arrived == item
    assert [p.__dict__["digest"] for p in (*arrived.images, *arrived.frames)] == [
        hashlib.sha256(data).digest() for data in (b"cat", b"frame 1", b"frame 2")
    ]
    assert arrived.pictures_digest() == digest


def test_a_digest_is_no_field() -> None:
    item = CAT.model_copy(deep=True)
    item.pictures_digest()
    assert item == CAT
    assert hash(item.images[0]) == hash(CAT.images[0])
    assert "digest" not in item.model_dump_json()


@pytest.mark.parametrize(
    "other",
    [
        Item(images=(Image(data=b"dog"),)),
        Item(images=(Image(data=b"c"), Image(data=b"at"))),
        Item(images=(Image(data=b"cat"), Image(alt_text="a cat"))),
        Item(frames=(VideoFrame(data=b"cat"),)),
    ],
)
def test_other_pictures_have_another_digest(other: Item) -> None:
    assert other.pictures_digest() != CAT.pictures_digest()


def test_words_do_not_count_and_frames_are_ordered_by_offset() -> None:
    assert CAT.model_copy(update={"title": "A dog"}).pictures_digest() == CAT.pictures_digest()
    assert Item(frames=frames(1, 2)).pictures_digest() == Item(frames=frames(2, 1)).pictures_digest()


def test_an_item_without_pictures_has_none() -> None:
    assert Item(title="x", images=(Image(alt_text="the sea"),)).pictures_digest() == ""


def test_without_media_the_words_of_its_author_stay() -> None:
    item = Item(title="x", images=(Image(data=b"cat", alt_text="a cat"), Image(data=b"dog")), frames=frames(1))
    item.pictures_digest()
    bare = item.without_media()
    assert bare == Item(title="x", images=(Image(alt_text="a cat"),))
    assert bare.pictures_digest() == ""
