"""The work of a request, before any of it is done. Its unit is the work of one candidate.

    generate   1 + candidates asked for + picture x pictures to look at + mebibyte x MiB of pictures
    caption    1 + picture x pictures + mebibyte x MiB
    route      1 + mebibyte x MiB
    score      1 + scored_copy x copies + mebibyte x MiB
    check      the same

The weights (`WorkKnobs`) need not be exact. The limit learns how much work the graph can have in flight, and latency is
compared within one kind and size of request. The weights only keep a large request from counting as a small one.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from deployments.item_text import given_caption
from deployments.types import Image, Item, VideoFrame
from serve_app.contract.messages import GenerateNotificationRequest
from serve_app.flow.knobs import IngressKnobs

_MIB = 2**20


class Work(NamedTuple):
    """units: in candidates."""

    units: float

    @property
    def size_class(self) -> int:
        """A power of two: requests of one class take about the same time."""
        return math.ceil(math.log2(max(1.0, self.units)))


def of_generation(request: GenerateNotificationRequest, knobs: IngressKnobs) -> Work:
    """Numbers beyond the limits count as the limit: such a request is refused when it is checked."""
    options, limits = request.options, knobs.limits
    candidates = knobs.defaults.categories(options) * knobs.defaults.candidates(options)
    item = of_item(request.item, knobs, looked_at=not given_caption(request.item))
    return Work(min(candidates, limits.max_candidates) + item.units)


def of_item(item: Item, knobs: IngressKnobs, *, looked_at: bool = False) -> Work:
    """The item alone. looked_at: the captioner looks at its pictures."""
    weights = knobs.admission.work
    pictures: list[Image | VideoFrame] = [*item.images, *item.frames]
    sizes = [len(picture.data) for picture in pictures if picture.data]
    limits = knobs.limits.images
    # Nothing is fetched where nobody looks.
    to_fetch = min(sum(image.url is not None for image in item.images), limits.max_images) if looked_at else 0
    seen = min(len(sizes) + to_fetch, limits.max_images) if looked_at else 0
    size = sum(sizes) + to_fetch * limits.max_image_bytes
    return Work(1 + weights.picture * seen + weights.mebibyte * size / _MIB)


def of_copies(item: Item, count: int, knobs: IngressKnobs) -> Work:
    """Copies to score or check for the item."""
    carried = of_item(item, knobs)
    return Work(carried.units + knobs.admission.work.scored_copy * count)
