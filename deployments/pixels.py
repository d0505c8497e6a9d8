"""Decoding of images and frames to small RGB ones. Pure functions of bytes; imports Pillow alone.

Only the formats named here are tried, and only the first frame of an animation is read.
"""

from __future__ import annotations

import functools
import io
import math
import warnings
from array import array
from typing import Final

from PIL import Image as Pillow
from PIL import ImageOps, UnidentifiedImageError

FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP")

_WHITE = (255, 255, 255)
# The longer side over the shorter one. Vision models refuse more: Qwen-VL at 200.
_MAX_RATIO = 50
# Reads that a header may take. Real ones take some hundred; a crafted one has a million parts and would take seconds.
_MAX_HEADER_READS = 10_000
# Pixels a side of the sample by which the range of an image's values is estimated, and the share cut at both ends.
_SAMPLE_SIDE = 256
_CUT = 0.005


class RefusedError(Exception):
    """The reason why an image or frame is refused, in words for the caller."""


class TooManyPixelsError(RefusedError):
    """More pixels than Pillow opens: 179 million."""


class _Encoded(io.BytesIO):
    """An encoded image. `reads_left` bounds its header; its pixels may take any number."""

    reads_left: float = _MAX_HEADER_READS

    def read(self, size: int | None = -1, /) -> bytes:
        self.reads_left -= 1
        if self.reads_left < 0:
            raise RefusedError("has a header of too many parts")
        return super().read(size)


def open_header(data: bytes) -> Pillow.Image:
    """Read format and size from the header; decodes no pixel. Raises RefusedError."""
    if not data:
        raise RefusedError("is empty")
    _quiet()
    encoded = _Encoded(data)
    try:
        image = Pillow.open(encoded, formats=FORMATS)
        width, height = image.size
    except RefusedError:
        raise
    except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning):
        raise TooManyPixelsError("claims more pixels than can be decoded") from None
    except UnidentifiedImageError:
        raise RefusedError(f"is no picture in a known format ({', '.join(FORMATS)})") from None
    except Exception:  # noqa: BLE001 - a crafted header makes Pillow's parsers raise anything
        raise RefusedError("has a damaged header") from None
    if not width * height:
        raise RefusedError("has no pixels")
    encoded.reads_left = math.inf
    return image


def decode(data: bytes, max_side: int) -> Pillow.Image:
    """Decode the first frame as RGB: upright (EXIF orientation), on white, shrunk to `max_side` pixels.

    Never enlarges. A very long and narrow image gets a white margin. Raises RefusedError.
    """
    image = open_header(data)
    try:
        # A JPEG can be decoded at a fraction of its size.
        image.draft("RGB", (max_side, max_side))
        image.load()
        image = _as_rgb(_as_eight_bit(_upright(image)))
        image.thumbnail((max_side, max_side), Pillow.Resampling.BICUBIC)
        image = _with_margin(image)
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


@functools.cache
def _quiet() -> None:
    """Let Pillow not warn of damaged pictures: it writes a line for each of their tags."""
    warnings.filterwarnings("ignore", module=r"PIL\.")


def _upright(image: Pillow.Image) -> Pillow.Image:
    """Apply the EXIF orientation; a damaged EXIF block leaves the image as it is."""
    try:
        return ImageOps.exif_transpose(image)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - EXIF is free-form bytes; the image itself is decoded already
        return image


def _as_eight_bit(image: Pillow.Image) -> Pillow.Image:
    """Scale samples of more than 8 bits to gray of 8 bits, and leave other images as they are."""
    if not image.mode.startswith(("I", "F")):
        return image
    # Pillow computes with few modes: not with 16-bit big-endian ones, for instance.
    values = image.convert("F")
    if image.mode.startswith("I;16"):
        # Cameras store 10, 12 and 14 bits in 16: white is the first full bit above the lightest pixel.
        low, high = 0.0, 2.0 ** max(8, int(values.getextrema()[1]).bit_length()) - 1  # type: ignore[arg-type]
    else:
        low, high = _range(values)
    scale = 255 / max(high - low, 1e-9)
    gray = values.point(lambda value: (value - low) * scale).convert("L")
    gray.info.pop("transparency", None)  # it is a value of the old scale
    return gray


def _range(values: Pillow.Image) -> tuple[float, float]:
    """Return the lowest and highest value, without infinities, NaN and rare extremes such as -9999 for "no data"."""
    width, height = (min(side, _SAMPLE_SIDE) for side in values.size)
    sample = array("f", values.resize((width, height), Pillow.Resampling.NEAREST).tobytes())
    finite = sorted(value for value in sample if math.isfinite(value))
    if not finite:
        return 0.0, 1.0
    cut = int(len(finite) * _CUT)
    return finite[cut], finite[-1 - cut]


def _as_rgb(image: Pillow.Image) -> Pillow.Image:
    if image.has_transparency_data:
        layer = _as_rgba(image)
        ground = Pillow.new("RGB", image.size, _WHITE)
        ground.paste(layer, mask=layer.getchannel("A"))
        return ground
    return image.convert("RGB")


def _as_rgba(image: Pillow.Image) -> Pillow.Image:
    if image.mode == "La":  # no direct way
        image = image.convert("LA")
    try:
        return image.convert("RGBA")
    except (ValueError, TypeError):  # a transparent colour that the mode cannot have, as in PNG with 16 bits
        image.info.pop("transparency", None)
        return image.convert("RGBA")


def _with_margin(image: Pillow.Image) -> Pillow.Image:
    """Widen an image whose sides differ by more than `_MAX_RATIO` with white."""
    least = max(image.size) // _MAX_RATIO
    if min(image.size) >= least:
        return image
    size = (max(image.width, least), max(image.height, least))
    ground = Pillow.new("RGB", size, _WHITE)
    ground.paste(image, ((size[0] - image.width) // 2, (size[1] - image.height) // 2))
    return ground
