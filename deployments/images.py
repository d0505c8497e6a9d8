"""Checks of callers' images and frames by their header: format and size. No pixel is decoded; the captioner does that.

The captioner refuses a damaged image with a sound header, with the same error.
"""

from __future__ import annotations

from pydantic import Field

from deployments import pixels
from deployments.errors import Violation
from deployments.settings import Knobs
from deployments.types import MAX_PICTURES, Item


class ImageLimits(Knobs):
    """Bounds of an image or a frame. `max_images` counts both together.

    Pillow itself refuses more than 179 megapixels, so `max_image_pixels` stays below that.
    """

    max_images: int = Field(default=8, ge=0, le=MAX_PICTURES)
    max_image_bytes: int = Field(default=8 * 2**20, ge=1)
    max_image_pixels: int = Field(default=40_000_000, ge=1, le=178_000_000)


def problem(data: bytes, limits: ImageLimits) -> str | None:
    """Return why the image or frame is refused, or None. Reads the header alone."""
    if len(data) > limits.max_image_bytes:
        return f"has {len(data)} bytes, more than this service's limit of {limits.max_image_bytes}"
    try:
        width, height = pixels.open_header(data).size
    except pixels.TooManyPixelsError:
        return _too_large("", limits)
    except pixels.RefusedError as refused:
        return str(refused)
    if width * height > limits.max_image_pixels:
        return _too_large(f"{width} x {height}, ", limits)
    return None


def violations(item: Item, limits: ImageLimits) -> list[Violation]:
    """Return a violation for each refused image and frame of the item. Images with a URL alone are not checked here."""
    count = len(item.images) + len(item.frames)
    if count > limits.max_images:
        field = "item.images" if item.images else "item.frames"
        return [Violation(field, f"{count} images and frames exceed this service's limit of {limits.max_images}")]
    problems = []
    for n, image in enumerate(item.images):
        if image.data is not None:
            problems.append((f"item.images[{n}].data", problem(image.data, limits)))
        elif image.url is None:
            problems.append((f"item.images[{n}]", "has neither data nor url"))
    problems += [(f"item.frames[{n}].data", problem(frame.data, limits)) for n, frame in enumerate(item.frames)]
    return [Violation(field, reason) for field, reason in problems if reason]


def _too_large(claimed: str, limits: ImageLimits) -> str:
    return f"claims {claimed}more pixels than this service's limit of {limits.max_image_pixels}"
