"""Word lists of demeaning copy: whole words, endings, phrases, clitics, and every shipped list."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
import yaml

from serve_app.policy.safety import lexicon as module
from serve_app.policy.safety.lexicon import Kind, Lexicon, lexicon, lowered

FILES = sorted(Path(module.__file__).parent.glob("*.yaml"))


@pytest.mark.parametrize(
    ("entry", "text", "found"),
    [
        ("thief", "a Thief, caught", ["thief"]),
        ("thief", "thiefs", []),
        ("thie*", "two thieves", ["thieves"]),
        ("watch your wallet", "Watch your wallet!", ["watch your wallet"]),
        ("watch your wallet*", "watch your wallets", ["watch your wallets"]),
        ("watch your wallet", "watch your", []),
        ("لص", "واللص", ["واللص"]),
    ],
)
def test_words_are_found_whole(entry: str, text: str, found: list[str]) -> None:
    places = Lexicon({"en": {"traits": [entry]}}).find(lowered(text))
    assert [lowered(text)[f.start : f.end] for f in places.get("traits", [])] == found


def test_unspaced_words_are_found_anywhere() -> None:
    places = Lexicon({"zh": {"traits": ["小偷", "骗人"]}}).find("那个骗人小偷")
    assert [f.stem for f in places["traits"]] == ["骗人", "小偷"]


def test_lower_case_keeps_places() -> None:
    assert len(lowered("İSTANBUL ß")) == len("İSTANBUL ß")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_list_has_every_kind_once(path: Path) -> None:
    lists = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert set(lists) == set(get_args(Kind))
    for kind, entries in lists.items():
        assert all(isinstance(entry, str) for entry in entries), kind
        assert len(entries) == len(set(entries)), [e for e in entries if entries.count(e) > 1]


def test_english_is_read_beside_every_language() -> None:
    assert "insults" in lexicon("sw").find("total losers")
