"""The pictures of an item that a captioner reads. A picture is an image or a video frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from deployments.types import Item

T = TypeVar("T")


class Picture(NamedTuple):
    """An image or a frame, encoded, and the path of its field in the request."""

    field: str
    data: bytes


def images_of(item: Item) -> list[Picture]:
    """Return the images that have data, in their order."""
    return [Picture(f"item.images[{n}].data", image.data) for n, image in enumerate(item.images) if image.data]


def frames_of(item: Item, most: int) -> list[Picture]:
    """Return at most `most` frames, spread over the video, in the order of their offsets."""
    ordered = sorted(range(len(item.frames)), key=lambda n: item.frames[n].offset_ms)
    return [Picture(f"item.frames[{n}].data", item.frames[n].data) for n in spread(ordered, most)]


def pictures_of(item: Item, most: int) -> list[Picture]:
    """Return at most `most` pictures: images in their order, then frames spread over the video."""
    images = images_of(item)[:most]
    return images + frames_of(item, most - len(images))


def spread(ordered: Sequence[T], count: int) -> list[T]:
    """Return at most `count` elements: the middle of each of `count` equal parts.

    The first and the last frame of a video are often black or a title.
    """
    count = min(count, len(ordered))
    return [ordered[(2 * n + 1) * len(ordered) // (2 * count)] for n in range(count)]
