"""Decoding: every promised format, upright and on white; bad pictures are refused in words, nothing else is raised."""

from __future__ import annotations

import contextlib
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from deployments.pixels import FORMATS, RefusedError, decode
from tests.unit.deployments.pictures import REAL, picture, png_claiming, truncated

# Pillow remarks on damaged TIFF and EXIF blocks; that is what these tests feed it.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::PIL.Image.DecompressionBombWarning")


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_that_is_promised_is_decoded(form: str) -> None:
    image = decode(REAL[form], 40)
    assert (image.mode, image.size) == ("RGB", (40, 30))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"hello, I am a picture", "known format"),
        (picture(form="PPM"), "known format"),
        (truncated(), "truncated"),
        (png_claiming(50_000, 50_000), "more pixels"),
    ],
)
def test_bad_pictures_are_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(RefusedError, match=words):
        decode(data, 40)


def test_a_picture_that_takes_too_much_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("deployments.pixels._as_rgb", full)
    with pytest.raises(RefusedError, match="more memory"):
        decode(REAL["PNG"], 40)


def test_small_pictures_are_never_enlarged() -> None:
    assert decode(REAL["PNG"], 400).size == (80, 60)


def test_only_the_first_frame_of_an_animation_is_read() -> None:
    frames = [Pillow.new("RGB", (50, 50), colour) for colour in ("red", "blue", "green")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    red, _, blue = decode(out.getvalue(), 50).getpixel((10, 10))
    assert red > 200 > blue


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


def _decoded_or_refused(data: bytes) -> None:
    with contextlib.suppress(RefusedError):
        assert max(decode(data, 32).size) <= 32


@given(st.binary(max_size=300), st.sampled_from(sorted(REAL)))
def test_random_bytes_raise_nothing_else(noise: bytes, form: str) -> None:
    _decoded_or_refused(noise)
    _decoded_or_refused(REAL[form][:16] + noise)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(REAL)), st.data())
def test_damaged_pictures_raise_nothing_else(form: str, draw: st.DataObject) -> None:
    data = bytearray(REAL[form])
    for _ in range(draw.draw(st.integers(1, 6))):
        data[draw.draw(st.integers(0, min(len(data), 400) - 1))] = draw.draw(st.integers(0, 255))
    _decoded_or_refused(bytes(data[: draw.draw(st.integers(1, len(data)))]))
    _decoded_or_refused(bytes(data))
