"""Identity numbers."""

from __future__ import annotations

import pytest

from serve_app.policy.identities import identities


@pytest.mark.parametrize(
    "text",
    [
        "536-22-8741",
        "529.982.247-25",
        "52998224725",
        "12345678Z",
        "X1234567L",
        "11010519491231002X",
        "2341 2341 2346",
        "A123456789",
        "29001011234567",
        "112-233-445 95",
        "ИНН 500100732259",
        "マイナンバー 123456789012",
        "passport no. AB1234567",
    ],
)
def test_a_shape_check_digits_or_a_cue_make_one(text: str) -> None:
    assert len(list(identities(text))) >= 1


@pytest.mark.parametrize(
    "text",
    ["12345678A", "11010519491231002X1", "2341 2341 2347", "A123456788", "52998224724", "passport to 120 cities"],
)
def test_wrong_check_digits_are_none(text: str) -> None:
    assert list(identities(text)) == []
