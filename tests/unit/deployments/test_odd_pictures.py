"""Pictures as cameras, scanners and old programs write them: decoded so that they can be seen, or refused in words."""

from __future__ import annotations

import contextlib
import io
import math
import struct
import zlib
from collections.abc import Callable

import pytest
from PIL import Image as Pillow
from PIL import PngImagePlugin

from deployments.pixels import RefusedError, decode

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::PIL.Image.DecompressionBombWarning")

SIZE = (64, 48)


def gradient(mode: str = "L") -> Pillow.Image:
    """Black at the top, white at the bottom."""
    return Pillow.linear_gradient("L").resize(SIZE).convert(mode)


def saved(image: Pillow.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def tiff(
    samples: bytes, bits: int, *, big: bool, kind: int = 1, photometric: int = 1, size: tuple[int, int] = SIZE
) -> bytes:
    """A gray TIFF of one strip. kind: 1 unsigned, 2 signed, 3 floating point. photometric: 0 white is zero, 1 black."""
    order = ">" if big else "<"
    tags = [
        *(
            (256, size[0]),
            (257, size[1]),
            (258, bits),
            (259, 1),
            (262, photometric),
            (273, 8),
            (277, 1),
            (278, size[1]),
        ),
        *((279, len(samples)), (339, kind)),
    ]
    head = (b"MM\0*" if big else b"II*\0") + struct.pack(order + "I", 8 + len(samples))
    entries = b"".join(struct.pack(order + "HHII", tag, 4, 1, value) for tag, value in tags)
    return head + samples + struct.pack(order + "H", len(tags)) + entries + struct.pack(order + "I", 0)


def samples(code: str, value: Callable[[float], float], *, big: bool) -> bytes:
    """Rows from black to white. value: of a share from 0 to 1."""
    rows = [value(y / (SIZE[1] - 1)) for y in range(SIZE[1])]
    number = float if code in "fd" else int
    return b"".join(struct.pack(f"{'>' if big else '<'}{SIZE[0]}{code}", *[number(row)] * SIZE[0]) for row in rows)


def png(depth: int, colour: int, rows: bytes, *chunks: tuple[bytes, bytes]) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", *SIZE, depth, colour, 0, 0, 0))
    before = b"".join(chunk(*one) for one in chunks)
    return b"\x89PNG\r\n\x1a\n" + header + before + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def png16(channels: int, colour: int, *chunks: tuple[bytes, bytes]) -> bytes:
    values = [struct.pack(">H", y * 65535 // (SIZE[1] - 1)) for y in range(SIZE[1])]
    pixels = [value + b"\xff\xff" if channels == 2 else value * channels for value in values]  # the second is alpha
    return png(16, colour, b"".join(b"\0" + pixel * SIZE[0] for pixel in pixels), *chunks)


def with_holes(share: float) -> float:
    """A float image with NaN, infinities and the -9999 that maps use for "no data"."""
    row = round(share * (SIZE[1] - 1))
    return {0: math.nan, 1: math.inf, 2: -math.inf, 3: -3.4e38}.get(row, share * 0.001)


def rotated(orientation: int) -> bytes:
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    return saved(gradient("RGB"), "JPEG", exif=exif)


def several(form: str, **options: object) -> bytes:
    others = [Pillow.new("RGB", SIZE, "red"), Pillow.new("RGB", SIZE, "blue")]
    return saved(gradient("RGB"), form, save_all=True, append_images=others, **options)


def text_png(size: int) -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("note", "x" * size, zip=True)
    return saved(gradient(), "PNG", pnginfo=info)


def lab() -> bytes:
    flat = Pillow.new("L", SIZE, 128)
    return saved(Pillow.merge("LAB", (gradient(), flat, flat)), "TIFF")


VISIBLE: dict[str, bytes] = {
    "TIFF I;16B": tiff(samples("H", lambda s: s * 65535, big=True), 16, big=True),
    "TIFF I;16": tiff(samples("H", lambda s: s * 65535, big=False), 16, big=False),
    "TIFF 12 bits in 16, big-endian": tiff(samples("H", lambda s: s * 4095, big=True), 16, big=True),
    "TIFF 12 bits in 16": tiff(samples("H", lambda s: s * 4095, big=False), 16, big=False),
    "TIFF I;16S": tiff(samples("h", lambda s: s * 65535 - 32768, big=False), 16, big=False, kind=2),
    "TIFF I;16BS": tiff(samples("h", lambda s: s * 65535 - 32768, big=True), 16, big=True, kind=2),
    "TIFF I;32": tiff(samples("I", lambda s: s * 2**31, big=False), 32, big=False),
    "TIFF I;32S": tiff(samples("i", lambda s: s * 2**31 - 2**30, big=True), 32, big=True, kind=2),
    "TIFF F": tiff(samples("f", lambda s: s, big=False), 32, big=False, kind=3),
    "TIFF F, big-endian": tiff(samples("f", lambda s: s * 1e-9, big=True), 32, big=True, kind=3),
    "TIFF F with holes": tiff(samples("f", with_holes, big=False), 32, big=False, kind=3),
    "TIFF CMYK": saved(gradient("CMYK"), "TIFF"),
    "TIFF YCbCr": saved(gradient("YCbCr"), "TIFF"),
    "TIFF LAB": lab(),
    "TIFF RGBX": saved(gradient("RGBX"), "TIFF"),
    "TIFF LA": saved(gradient("LA"), "TIFF"),
    "TIFF 1": saved(gradient("1"), "TIFF"),
    "TIFF pages": several("TIFF"),
    "TIFF LZW": saved(gradient("RGB"), "TIFF", compression="tiff_lzw"),
    "TIFF fax": saved(gradient("1"), "TIFF", compression="group4"),
    "TIFF JPEG": saved(gradient("RGB"), "TIFF", compression="jpeg"),
    "JPEG CMYK, Adobe inverted": saved(gradient("CMYK"), "JPEG"),
    "JPEG gray": saved(gradient(), "JPEG"),
    "JPEG progressive": saved(gradient("RGB"), "JPEG", progressive=True),
    "JPEG with a corrupt profile": saved(gradient("RGB"), "JPEG", icc_profile=b"no profile" * 50),
    **{f"JPEG turned {n}": rotated(n) for n in (0, 1, 2, 3, 5, 6, 8, 9, 255)},
    "PNG I;16": png16(1, 0),
    "PNG RGB, 16 bits": png16(3, 2),
    "PNG LA, 16 bits": png16(2, 4),
    "PNG I;16, transparent": png16(1, 0, (b"tRNS", b"\xff\xfe")),
    "PNG RGB, 16 bits, transparent": png16(3, 2, (b"tRNS", b"\xff\xfe\xff\xfe\xff\xfe")),
    "PNG P": saved(gradient("P"), "PNG"),
    "PNG P, transparent bytes": saved(gradient("P"), "PNG", transparency=b"\xff" * 200),
    "PNG P, transparent index": saved(gradient("P"), "PNG", transparency=255),
    "PNG L, transparent": saved(gradient(), "PNG", transparency=1),
    "PNG RGB, transparent": saved(gradient("RGB"), "PNG", transparency=(1, 2, 3)),
    "PNG LA": saved(gradient("LA"), "PNG"),
    "PNG 1": saved(gradient("1"), "PNG"),
    "PNG animated": several("PNG"),
    "PNG with a corrupt profile": saved(gradient("RGB"), "PNG", icc_profile=b"no profile" * 50),
    "PNG with a long text": text_png(900_000),
    "GIF": saved(gradient("P"), "GIF", transparency=0),
    "GIF animated": several("GIF"),
    "WEBP animated": several("WEBP", lossless=True),
    "WEBP with alpha": saved(gradient("RGBA"), "WEBP", lossless=True),
    "BMP 1": saved(gradient("1"), "BMP"),
    "BMP P": saved(gradient("P"), "BMP"),
    "BMP 32 bits": saved(gradient("RGBA"), "BMP"),
}


@pytest.mark.parametrize("name", VISIBLE)
def test_it_is_decoded_and_can_be_seen(name: str) -> None:
    image = decode(VISIBLE[name], 100)
    assert image.mode == "RGB"
    assert sorted(image.size) == sorted(SIZE)
    low, high = image.convert("L").getextrema()
    assert high - low > 150


@pytest.mark.parametrize("name", ["TIFF I;16B", "TIFF I;16", "PNG I;16", "TIFF F", "TIFF I;32S"])
def test_numbers_are_gray_from_black_to_white(name: str) -> None:
    image = decode(VISIBLE[name], 100)
    top, bottom = image.getpixel((5, 0)), image.getpixel((5, SIZE[1] - 1))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert max(top) < 20
    assert min(bottom) > 235


def test_a_picture_of_nothing_finite_and_a_flat_one_are_decoded() -> None:
    for value in (math.nan, math.inf, 0.0, 7.5):
        data = tiff(samples("f", lambda _, value=value: value, big=False), 32, big=False, kind=3)  # type: ignore[misc]
        assert decode(data, 100).size == SIZE


@pytest.mark.parametrize(
    "mode", ["LA", "La", "PA", "P", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr", "HSV", "LAB", "1", "I", "F"]
)
def test_every_mode_of_a_decoded_image_becomes_rgb(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = {"La": ("LA", "La"), "PA": ("P", "PA"), "RGBa": ("RGBA", "RGBa"), "LAB": (), "HSV": ("RGB", "HSV")}
    image = gradient()
    for step in steps.get(mode, (mode,)):
        image = image.convert(step)
    if mode == "LAB":
        flat = Pillow.new("L", SIZE, 128)
        image = Pillow.merge("LAB", (gradient(), flat, flat))
    monkeypatch.setattr("deployments.pixels.open_header", lambda _: image)
    low, high = decode(b"", 100).convert("L").getextrema()
    assert high - low > 150


@pytest.mark.parametrize(("size", "expected"), [((1, 1), (1, 1)), ((1, 20_000), (20, 1000)), ((20_000, 2), (1000, 20))])
def test_an_extreme_shape_gets_a_margin(size: tuple[int, int], expected: tuple[int, int]) -> None:
    image = decode(saved(Pillow.new("RGB", size, "black"), "PNG"), 1000)
    assert image.size == expected
    assert (0, 0, 0) in {image.getpixel((x, y)) for x in range(image.width) for y in range(min(image.height, 20))}


def _bmp(**changes: int) -> bytes:
    """A BMP whose header says something else than its pixels."""
    data = bytearray(saved(gradient("RGB"), "BMP"))
    at = {"offset": 10, "header": 14, "width": 18, "height": 22, "bits": 28, "compression": 30, "colours": 46}
    for name, value in changes.items():
        struct.pack_into("<i" if name != "bits" else "<h", data, at[name], value)
    return bytes(data)


ODD: dict[str, bytes] = {
    **{f"{name}, truncated": data[: len(data) * 2 // 3] for name, data in VISIBLE.items()},
    "BMP top-down": _bmp(height=-SIZE[1]),
    **{f"BMP bits {n}": _bmp(bits=n) for n in (0, 1, 2, 4, 8, 16, 32, 64, -1)},
    **{f"BMP compression {n}": _bmp(compression=n) for n in (1, 2, 3, 4, 5, 6, 99)},
    **{f"BMP header {n}": _bmp(header=n) for n in (0, 12, 64, 108, 124, 2**30, -1)},
    **{f"BMP offset {n}": _bmp(offset=n) for n in (0, 10**6, -5)},
    "BMP without width": _bmp(width=0),
    "BMP negative": _bmp(width=-5),
    "BMP colours": _bmp(bits=8, colours=2**30),
    "PNG with too long a text": text_png(80_000_000),
    "PNG of 64 bits": png(64, 0, b""),
    "PNG without pixels": png(8, 2, b""),
    "PNG without a palette": png(8, 3, (b"\0" + b"\7" * SIZE[0]) * SIZE[1]),
    "TIFF of 64-bit floats": tiff(samples("d", lambda s: s, big=False), 64, big=False, kind=3),
    "TIFF of 24 bits": tiff(b"\0" * 3 * SIZE[0] * SIZE[1], 24, big=True),
    "TIFF white is zero, 16 bits": tiff(samples("H", lambda s: s * 65535, big=True), 16, big=True, photometric=0),
    "TIFF without pixels": tiff(b"", 16, big=True, size=(0, 0)),
    "TIFF that promises more": tiff(b"\0" * 10, 16, big=True),
    "an icon": saved(gradient("RGBA"), "ICO"),
    "a JPEG 2000 head": b"\0\0\0\x0cjP  \r\n\x87\n" + b"\0" * 100,
    "an AVIF head": b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + b"\0" * 100,
    "a HEIC head": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 100,
    "a web page": b"<!doctype html><title>404</title>",
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_one_is_decoded_or_refused_in_words(name: str) -> None:
    try:
        assert decode(ODD[name], 100).mode == "RGB"
    except RefusedError as refused:
        assert len(str(refused)) > 5  # noqa: PT017 - either outcome is fine


def test_a_name_or_type_that_does_not_fit_is_no_matter() -> None:
    with contextlib.suppress(RefusedError):
        pytest.fail(str(decode(b"\xff\xd8\xff\xe0" + VISIBLE["PNG P"], 100).size))
    assert decode(VISIBLE["PNG P"], 100).size == SIZE
