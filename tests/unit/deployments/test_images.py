"""Pictures from callers, judged by their headers: bad ones are refused in words, and nothing else is ever raised."""

from __future__ import annotations

import time
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deployments import pixels
from deployments.images import ImageLimits, problem, violations
from deployments.pixels import FORMATS
from deployments.types import Image, Item, VideoFrame
from tests.unit.deployments.pictures import REAL, many_parts, picture, png_claiming, truncated

# Pillow remarks on damaged TIFF and EXIF blocks; that is what these tests feed it.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::PIL.Image.DecompressionBombWarning")

LIMITS = ImageLimits()


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_that_is_promised_is_taken(form: str) -> None:
    assert problem(REAL[form], LIMITS) is None


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"hello, I am a picture", "known format"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "known format"),
        (REAL["JPEG"][:200], "damaged"),
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


@pytest.mark.parametrize("form", many_parts())
def test_a_header_of_very_many_parts_is_not_read_to_its_end(form: str) -> None:
    assert problem(many_parts()[form], LIMITS) == "has a header of too many parts"


def test_damage_is_not_written_to_the_log_tag_by_tag() -> None:
    with warnings.catch_warnings(record=True) as heard:
        pixels._quiet.cache_clear()
        problem(many_parts()["TIFF"], LIMITS)
    assert heard == []


def test_limits_are_the_operators() -> None:
    assert "bytes" in (problem(REAL["PNG"], ImageLimits(max_image_bytes=10)) or "")
    assert "80 x 60" in (problem(REAL["PNG"], ImageLimits(max_image_pixels=4_799)) or "")
    assert problem(REAL["PNG"], ImageLimits(max_image_pixels=4_800)) is None


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


@pytest.mark.parametrize("form", FORMATS)
def test_no_pixel_is_decoded(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(*_: object) -> None:
        raise AssertionError("a pixel was decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", load)
    assert problem(REAL[form], LIMITS) is None


def test_a_damaged_picture_with_a_sound_header_is_left_to_the_captioner() -> None:
    assert problem(truncated(), LIMITS) is None


def _judged(data: bytes) -> None:
    reason = problem(data, LIMITS)
    assert reason is None or reason.strip()


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
