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


def png_claiming(width: int, height: int) -> bytes:
    """A valid PNG header with next to no data behind it."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def truncated() -> bytes:
    """A PNG with a sound header that breaks off in the middle of its pixels."""
    return REAL["PNG"][: len(REAL["PNG"]) // 2]


REAL = {form: picture(form=form) for form in FORMATS}
