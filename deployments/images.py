"""Pictures from callers: judged before anything trusts them, and decoded small. Pure functions; call them in a thread.

Pillow decodes; only the formats named here are tried, only the first frame is read, and the size that a header claims
is held against the limit before a pixel is decoded.
"""

from __future__ import annotations

import io
from typing import Final

from PIL import Image as Pillow
from PIL import ImageOps, UnidentifiedImageError
from pydantic import Field

from deployments.errors import InvalidInput, Violation
from deployments.settings import Knobs
from deployments.types import Item

FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP")

# JPEG decodes at a fraction of its size when no more is wanted, at least this many pixels a side here.
_CHECK_SIDE = 64
_WHITE = (255, 255, 255)


class ImageLimits(Knobs):
    """Bounds of a picture. `max_images` counts images and frames together.

    Pillow itself refuses pictures above 179 megapixels, so `max_image_pixels` stays below that.
    """

    max_images: int = Field(default=8, ge=0, le=256)
    max_image_bytes: int = Field(default=8 * 2**20, ge=1)
    max_image_pixels: int = Field(default=40_000_000, ge=1, le=178_000_000)


# What `decode` holds to unless told: the ingress has judged the picture by the operator's limits already.
HARD_LIMITS: Final = ImageLimits(max_image_bytes=2**31, max_image_pixels=178_000_000)


class _RefusedError(Exception):
    """Why a picture is refused, in words for the caller."""


def problem(data: bytes, limits: ImageLimits) -> str | None:
    """Why the picture is refused, or None. Decodes the whole first frame, a JPEG at reduced scale."""
    try:
        _read(data, limits, _CHECK_SIDE)
    except _RefusedError as refused:
        return str(refused)
    return None


def violations(item: Item, limits: ImageLimits) -> list[Violation]:
    """Every refused picture of the item by its field path. Pictures by URL alone are the caller's concern."""
    count = len(item.images) + len(item.frames)
    if count > limits.max_images:
        field = "item.images" if item.images else "item.frames"
        return [Violation(field, f"{count} images and frames exceed this service's limit of {limits.max_images}")]
    found = []
    for n, image in enumerate(item.images):
        if image.data is not None:
            found.append((f"item.images[{n}].data", problem(image.data, limits)))
        elif image.url is None:
            found.append((f"item.images[{n}]", "has neither data nor url"))
    found += [(f"item.frames[{n}].data", problem(frame.data, limits)) for n, frame in enumerate(item.frames)]
    return [Violation(field, reason) for field, reason in found if reason]


def decode(
    data: bytes, max_side: int, *, field: str = "item.images", limits: ImageLimits = HARD_LIMITS
) -> Pillow.Image:
    """The first frame as RGB, upright (EXIF orientation), on white where transparent, shrunk to `max_side` pixels.

    Never enlarges. Raises InvalidInput naming `field`.
    """
    try:
        image = _read(data, limits, max_side)
    except _RefusedError as refused:
        raise InvalidInput([Violation(field, str(refused))]) from None
    image = _as_rgb(_upright(image))
    image.thumbnail((max_side, max_side), Pillow.Resampling.BICUBIC)
    return image


def jpeg(image: Pillow.Image, quality: int) -> bytes:
    """A decoded picture as a JPEG without metadata."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def _read(data: bytes, limits: ImageLimits, side: int) -> Pillow.Image:
    """Open, hold against the limits, and decode the first frame to at least `side` pixels. Raises _RefusedError."""
    if not data:
        raise _RefusedError("is empty")
    if len(data) > limits.max_image_bytes:
        raise _RefusedError(f"has {len(data)} bytes, more than this service's limit of {limits.max_image_bytes}")
    try:
        image = Pillow.open(io.BytesIO(data), formats=FORMATS)
        width, height = image.size
    except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning):
        raise _RefusedError(_too_large("", limits)) from None
    except UnidentifiedImageError:
        raise _RefusedError(f"is no picture in a known format ({', '.join(FORMATS)})") from None
    except Exception:  # noqa: BLE001 - a crafted header makes Pillow's parsers raise anything
        raise _RefusedError("has a damaged header") from None
    if width * height > limits.max_image_pixels:
        raise _RefusedError(_too_large(f"{width} x {height}, ", limits))
    if not width * height:
        raise _RefusedError("has no pixels")
    try:
        image.draft("RGB", (side, side))
        image.load()
    except Exception:  # noqa: BLE001 - as above: whatever a decoder raises, the picture is at fault
        raise _RefusedError("cannot be decoded: truncated or damaged") from None
    return image


def _too_large(claimed: str, limits: ImageLimits) -> str:
    return f"claims {claimed}more pixels than this service's limit of {limits.max_image_pixels}"


def _upright(image: Pillow.Image) -> Pillow.Image:
    """Turn as the camera says; a damaged EXIF block leaves the picture as it is."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # noqa: BLE001 - EXIF is free-form bytes; the picture itself is decoded already
        return image


def _as_rgb(image: Pillow.Image) -> Pillow.Image:
    if image.mode.startswith("I;16"):
        image = image.point(lambda value: value / 256, "L")
    elif image.mode in ("I", "F"):
        low, high = _extrema(image)
        image = image.convert("F").point(lambda value: (value - low) * (255 / max(high - low, 1e-9))).convert("L")
    if "A" in image.getbands() or "transparency" in image.info:
        layer = image.convert("RGBA")
        ground = Pillow.new("RGB", image.size, _WHITE)
        ground.paste(layer, mask=layer.getchannel("A"))
        return ground
    return image.convert("RGB")


def _extrema(image: Pillow.Image) -> tuple[float, float]:
    low, high = image.getextrema()
    return float(low), float(high)  # type: ignore[arg-type]
