"""Encoded pictures for tests, sound and damaged."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image as Pillow

from deployments.pixels import FORMATS


def picture(size: tuple[int, int] = (80, 60), form: str = "JPEG", mode: str = "RGB", **options: object) -> bytes:
    out = io.BytesIO()
    gradient = Pillow.linear_gradient("L").resize(size)
    gradient.convert(mode).save(out, form, **options)
    return out.getvalue()


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _png_start(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header)


def png_claiming(width: int, height: int) -> bytes:
    """A valid PNG header with next to no data behind it."""
    body = zlib.compress(b"\0" * 1000)
    return _png_start(width, height) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def many_parts() -> dict[str, bytes]:
    """By format, about a megabyte of a header that never comes to its end. Pillow warns of each tag of the TIFF."""
    tags = b"".join(struct.pack("<HHII", tag, 4, 2_000_000, 8) for tag in range(65_535))
    return {
        "PNG": _png_start(9, 9) + _chunk(b"tEXt", b"a\0b") * 70_000,
        "JPEG": b"\xff\xd8" + b"\xff\xfe\x00\x03a" * 200_000,
        "JPEG fill": b"\xff\xd8" + b"\xff" * 1_000_000,
        "GIF": b"GIF89a" + struct.pack("<HHBBB", 9, 9, 0, 0, 0) + b"\x21\xfe\x01a\0" * 200_000,
        "TIFF": b"II*\0" + struct.pack("<IH", 8, 65_535) + tags,
    }


def truncated() -> bytes:
    """A PNG with a sound header that breaks off in the middle of its pixels."""
    return REAL["PNG"][: len(REAL["PNG"]) // 2]


# 34 bytes that are a sound WebP of 6300 x 6300 pixels, which takes a second and 160 MB to decode.
BOMB = b"RIFF\x1a\0\0\0WEBPVP8L\x0e\0\0\0/\x9b\xd8&\x06\x88\x88\x08" + bytes(6)
REAL = {form: picture(form=form) for form in FORMATS}
