"""Hostile pictures: cut, changed, of wrong kinds and sizes, with chunks that grow when they are unpacked."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from functools import cache
from random import Random
from typing import Final

from PIL import Image

_KINDS: Final = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "ICO")
_PNG: Final = b"\x89PNG\r\n\x1a\n"


@cache
def plain_picture(kind: str) -> bytes:
    picture = Image.linear_gradient("L").resize((48, 32)).convert("RGB")
    return _saved(picture, kind)


def _saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(width: int, height: int, *chunks: bytes, pixels: bytes = b"\0") -> bytes:
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return _PNG + header + b"".join(chunks) + _chunk(b"IDAT", zlib.compress(pixels)) + _chunk(b"IEND", b"")


def _changed(random: Random) -> bytes:
    data = bytearray(plain_picture(random.choice(_KINDS)))
    for _ in range(random.choice((1, 4, 64))):
        data[random.randrange(len(data))] = random.randrange(256)
    return bytes(data)


def _cut(random: Random) -> bytes:
    data = plain_picture(random.choice(_KINDS))
    return data[: random.randrange(len(data))]


def _wrong_head(random: Random) -> bytes:
    one, other = random.sample(_KINDS, 2)
    return plain_picture(one)[: random.randint(2, 30)] + plain_picture(other)


def _sizes(random: Random) -> bytes:
    side = (0, 1, 65_535, 65_536, 2**31 - 1)
    return _png(random.choice(side), random.choice(side))


def _polyglot(random: Random) -> bytes:
    tails = (b"PK\x03\x04" + b"\0" * 40, b"<html><script>alert(1)</script>", b"%PDF-1.7\n", b"#!/bin/sh\n")
    return plain_picture(random.choice(_KINDS)) + random.choice((*tails, b"\0" * 100_000))


def _no_picture(random: Random) -> bytes:
    others = (
        b"",
        b"\0",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        b"%PDF-1.7\n1 0 obj",
        b"GIF89a",
        _PNG,
        b"RIFF\xff\xff\xff\xffWEBPVP8 ",
        b"\xff\xd8\xff\xe0" + b"\xff" * 1_000,
        b"\0\0\0\x1cftypavif" + b"\0" * 100,
        random.randbytes(500),
    )
    return random.choice(others)


@cache
def _bombs() -> tuple[bytes, ...]:
    """Small files that grow: pixels, text, colour profile, EXIF, frames."""
    zeros = zlib.compress(b"\0" * 20_000_000)
    tiny = [Image.new("P", (1, 1), n % 256) for n in range(3_000)]
    loop = b"Exif\0\0II*\0\x08\0\0\0\x01\0i\x87\x04\0\x01\0\0\0\x08\0\0\0\x08\0\0\0"  # a directory that holds itself
    jpeg = plain_picture("JPEG")
    return (
        _saved(Image.new("RGB", (6_300, 6_300)), "WEBP", lossless=True),
        _saved(Image.new("1", (6_000, 6_000)), "PNG"),
        _saved(Image.new("1", (1, 65_500)), "PNG"),
        _png(6_000, 6_000, pixels=b"\0" * 36_006_000),
        _png(8, 8, _chunk(b"zTXt", b"a\0\0" + zeros), pixels=b"\0" * 72),
        _png(8, 8, _chunk(b"iCCP", b"a\0\0" + zeros), pixels=b"\0" * 72),
        _png(8, 8, *(_chunk(b"tEXt", b"k\0v") for _ in range(20_000)), pixels=b"\0" * 72),
        jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(loop) + 2) + loop + jpeg[2:],
        jpeg[:2] + (b"\xff\xe1\xff\xff" + b"\0" * 65_533) * 8 + jpeg[2:],
        jpeg[:2] + (b"\xff\xe2\xff\xff" + b"ICC_PROFILE\0\x01\xff".ljust(65_533, b"\0")) * 8 + jpeg[2:],
        _saved(tiny[0], "GIF", save_all=True, append_images=tiny[1:]),
        _saved(tiny[0].convert("L"), "TIFF", save_all=True, append_images=[t.convert("L") for t in tiny[1:500]]),
    )


_MAKERS: Final[tuple[Callable[[Random], bytes], ...]] = (
    _changed, _cut, _wrong_head, _sizes, _polyglot, _no_picture, lambda random: random.choice(_bombs()),
)  # fmt: skip


def hostile_picture(random: Random) -> bytes:
    """Return a file of at most some hundred kilobytes. The first call takes seconds, to make the large ones."""
    return random.choice(_MAKERS)(random)
