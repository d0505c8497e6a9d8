"""Decoding of images and frames to small RGB ones. Pure functions of bytes; imports Pillow alone.

Only the formats named here are tried, and only the first frame of an animation is read.
"""

from __future__ import annotations

import io
from typing import Final

from PIL import Image as Pillow
from PIL import ImageOps, UnidentifiedImageError

FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP")

_WHITE = (255, 255, 255)


class RefusedError(Exception):
    """The reason why an image or frame is refused, in words for the caller."""


class TooManyPixelsError(RefusedError):
    """More pixels than Pillow opens: 179 million."""


def open_header(data: bytes) -> Pillow.Image:
    """Read format and size from the header; decodes no pixel. Raises RefusedError."""
    if not data:
        raise RefusedError("is empty")
    try:
        image = Pillow.open(io.BytesIO(data), formats=FORMATS)
        width, height = image.size
    except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning):
        raise TooManyPixelsError("claims more pixels than can be decoded") from None
    except UnidentifiedImageError:
        raise RefusedError(f"is no picture in a known format ({', '.join(FORMATS)})") from None
    except Exception:  # noqa: BLE001 - a crafted header makes Pillow's parsers raise anything
        raise RefusedError("has a damaged header") from None
    if not width * height:
        raise RefusedError("has no pixels")
    return image


def decode(data: bytes, max_side: int) -> Pillow.Image:
    """Decode the first frame as RGB: upright (EXIF orientation), on white, shrunk to `max_side` pixels.

    Never enlarges. Raises RefusedError.
    """
    image = open_header(data)
    try:
        # A JPEG can be decoded at a fraction of its size.
        image.draft("RGB", (max_side, max_side))
        image.load()
        image = _as_rgb(_upright(image))
        image.thumbnail((max_side, max_side), Pillow.Resampling.BICUBIC)
    except MemoryError:
        raise RefusedError("needs more memory to decode than this service gives to a picture") from None
    except Exception:  # noqa: BLE001 - as above: whatever a decoder raises, the image is at fault
        raise RefusedError("cannot be decoded: truncated or damaged") from None
    return image


def jpeg(image: Pillow.Image, quality: int) -> bytes:
    """Encode a decoded image as a JPEG without metadata."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def _upright(image: Pillow.Image) -> Pillow.Image:
    """Apply the EXIF orientation; a damaged EXIF block leaves the image as it is."""
    try:
        return ImageOps.exif_transpose(image)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - EXIF is free-form bytes; the image itself is decoded already
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
