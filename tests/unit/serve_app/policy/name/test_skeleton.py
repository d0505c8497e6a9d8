"""The sound of a name over scripts."""

from __future__ import annotations

import pytest

from serve_app.policy.name.skeleton import alike


@pytest.mark.parametrize(
    ("one", "other"),
    [("smith", "смит"), ("smith", "سميث"), ("smith", "スミス"), ("nagrig", "نجريج"), ("chopra", "चोपड़ा")],
)
def test_one_name_sounds_alike(one: str, other: str) -> None:
    assert alike(one, other)


@pytest.mark.parametrize(("one", "other"), [("smith", "браун"), ("john", "ウィリアム"), ("rosa", "كريم")])
def test_other_names_do_not(one: str, other: str) -> None:
    assert not alike(one, other)
