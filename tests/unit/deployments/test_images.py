"""Pictures from callers: every bad one is refused in words, every good one is decoded, nothing else is ever raised."""

from __future__ import annotations

import io
import struct
import time
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from deployments.errors import InvalidInput
from deployments.images import FORMATS, ImageLimits, decode, problem, violations
from deployments.types import Image, Item, VideoFrame

# Pillow remarks on damaged TIFF and EXIF blocks; that is what these tests feed it.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::PIL.Image.DecompressionBombWarning")

LIMITS = ImageLimits()


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


REAL = {form: picture(form=form) for form in FORMATS}


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_that_is_promised_is_read(form: str) -> None:
    assert problem(REAL[form], LIMITS) is None
    image = decode(REAL[form], 40)
    assert (image.mode, image.size) == ("RGB", (40, 30))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"hello, I am a picture", "known format"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "known format"),
        (REAL["JPEG"][:200], "damaged"),
        (REAL["PNG"][: len(REAL["PNG"]) // 2], "truncated"),
        (png_claiming(50_000, 50_000), "more pixels"),
        (png_claiming(9_000, 9_000), "9000 x 9000"),
    ],
)
def test_bad_pictures_are_refused_in_words(data: bytes, words: str) -> None:
    assert words in (problem(data, LIMITS) or "")


def test_a_format_that_is_not_promised_is_refused() -> None:
    assert "known format" in (problem(picture(form="PPM"), LIMITS) or "")


def test_a_bomb_is_refused_by_its_header() -> None:
    started = time.perf_counter()
    assert problem(png_claiming(50_000, 50_000), LIMITS)
    assert time.perf_counter() - started < 0.5


def test_limits_are_the_operators() -> None:
    assert "bytes" in (problem(REAL["PNG"], ImageLimits(max_image_bytes=10)) or "")
    assert "80 x 60" in (problem(REAL["PNG"], ImageLimits(max_image_pixels=4_799)) or "")
    assert problem(REAL["PNG"], ImageLimits(max_image_pixels=4_800)) is None


def test_only_the_first_frame_of_an_animation_is_read() -> None:
    frames = [Pillow.new("RGB", (50, 50), colour) for colour in ("red", "blue", "green")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    red, _, blue = decode(out.getvalue(), 50).getpixel((10, 10))
    assert red > 200 > blue


def test_violations_name_the_field() -> None:
    item = Item(
        images=(Image(data=b"x"), Image(data=REAL["PNG"]), Image(alt_text="only words"), Image(url="https://x.test/a")),
        frames=(VideoFrame(data=REAL["GIF"]), VideoFrame(data=b"")),
    )
    assert [v.field for v in violations(item, LIMITS)] == [
        "item.images[0].data",
        "item.images[2]",
        "item.frames[1].data",
    ]


def test_too_many_pictures_are_refused_without_decoding_them() -> None:
    item = Item(images=(Image(data=b"x"),) * 5, frames=(VideoFrame(data=b"x"),) * 4)
    assert [v.field for v in violations(item, LIMITS)] == ["item.images"]


def test_the_camera_orientation_is_applied() -> None:
    image = Pillow.new("RGB", (80, 40), "blue")
    exif = Pillow.Exif()
    exif[0x0112] = 6  # turned by a quarter
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    assert decode(out.getvalue(), 100).size == (40, 80)


def test_transparency_becomes_white_not_black() -> None:
    out = io.BytesIO()
    Pillow.new("RGBA", (8, 8), (0, 0, 0, 0)).save(out, "PNG")
    assert decode(out.getvalue(), 8).getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("form", "mode"), [("PNG", "I;16"), ("TIFF", "F"), ("TIFF", "CMYK"), ("PNG", "P"), ("PNG", "1"), ("PNG", "LA")]
)
def test_odd_modes_keep_their_contrast(form: str, mode: str) -> None:
    out = io.BytesIO()
    gradient = Pillow.linear_gradient("L")
    if mode == "I;16":
        gradient = gradient.convert("I").point(lambda v: v * 256).convert("I;16")
    else:
        gradient = gradient.convert(mode)
    gradient.save(out, form)
    low, high = decode(out.getvalue(), 256).convert("L").getextrema()
    assert high - low > 150


def test_decode_refuses_what_problem_refuses_and_names_the_field() -> None:
    with pytest.raises(InvalidInput) as raised:
        decode(b"nonsense", 100, field="item.frames[3].data")
    assert raised.value.violations[0].field == "item.frames[3].data"


def _judged(data: bytes) -> None:
    reason = problem(data, LIMITS)
    if reason is None:
        assert max(decode(data, 32).size) <= 32
    else:
        assert reason.strip()


@given(st.binary(max_size=300), st.sampled_from(sorted(REAL)))
def test_random_bytes_never_raise(noise: bytes, form: str) -> None:
    _judged(noise)
    _judged(REAL[form][:16] + noise)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(REAL)), st.data())
def test_damaged_pictures_never_raise(form: str, draw: st.DataObject) -> None:
    data = bytearray(REAL[form])
    for _ in range(draw.draw(st.integers(1, 6))):
        data[draw.draw(st.integers(0, min(len(data), 400) - 1))] = draw.draw(st.integers(0, 255))
    _judged(bytes(data[: draw.draw(st.integers(1, len(data)))]))
    _judged(bytes(data))
