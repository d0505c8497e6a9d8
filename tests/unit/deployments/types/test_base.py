"""Bytes as base64, bounded text and the margin of every domain type."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from deployments.types.base import _BASE64_PIECE, EncodedBytes, Margin, Model, Name, ShortText


class Holder(Model):
    data: EncodedBytes = b""
    margin: Margin = 0.0
    name: Name = ""
    text: ShortText = ""


@given(st.binary(max_size=200))
def test_bytes_come_back_from_either_alphabet(data: bytes) -> None:
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        assert Holder.model_validate({"data": encode(data).decode()}).data == data
    assert Holder.model_validate_json(Holder(data=data).model_dump_json()).data == data


@pytest.mark.parametrize("size", [3 * _BASE64_PIECE // 4 + n for n in (-2, -1, 0, 1, 2)] + [2 * _BASE64_PIECE + 5])
def test_long_data_is_the_same_in_pieces(size: int) -> None:
    data = bytes(n % 251 for n in range(size))
    assert Holder.model_validate({"data": base64.b64encode(data).decode()}).data == data


@pytest.mark.parametrize("text", ["a", "a===", "ab=c", "====", "ab==cd==", "a b=", "äöü=", "%%%%", "ab=d"])
def test_what_is_not_base64_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ValidationError, match="is not base64") as caught:
        Holder.model_validate({"data": text})
    assert len(caught.value.errors()) == 1


def test_padding_between_two_pieces_is_refused() -> None:
    """Pieces are decoded one by one, and each of them may end with padding."""
    piece = "A" * (_BASE64_PIECE - 4) + "AAA="
    with pytest.raises(ValidationError, match="is not base64"):
        Holder.model_validate({"data": piece + "AAAA"})


def test_bytes_that_are_bytes_stay_as_they_are() -> None:
    assert Holder(data=b"\x00-_").data == b"\x00-_"
    assert json.loads(Holder(data=b"\xff\xfe").model_dump_json())["data"] == "//4="


@pytest.mark.parametrize("margin", [0, 0.25, 0.4999])
def test_a_margin_is_below_one_half(margin: float) -> None:
    assert Holder(margin=margin).margin == margin


@pytest.mark.parametrize("margin", [-0.01, 0.5, 1, float("nan"), float("inf")])
def test_a_margin_that_nothing_could_beat_is_refused_with_its_meaning(margin: float) -> None:
    with pytest.raises(ValidationError, match=r"below 0\.5: it is the win probability above one half"):
        Holder(margin=margin)


@pytest.mark.parametrize(("field", "longest"), [("name", 128), ("text", 500)])
def test_text_is_bounded(field: str, longest: int) -> None:
    assert Holder.model_validate({field: "x" * longest})
    with pytest.raises(ValidationError, match=f"at most {longest} characters"):
        Holder.model_validate({field: "x" * (longest + 1)})


def test_a_type_cannot_be_changed_and_has_no_further_keys() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Holder().name = "x"  # type: ignore[misc]
    with pytest.raises(ValidationError, match="Extra inputs"):
        Holder.model_validate({"nmae": "x"})
