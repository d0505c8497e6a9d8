"""Dictionaries are made once, mapped by whoever needs them, and kept in memory where no folder can be written."""

from __future__ import annotations

from bisect import bisect_left
from pathlib import Path

import pytest

from serve_app.policy.name import dictionary
from serve_app.policy.name.dictionary import Hashes, hash_of, read


def holds(hashes: Hashes, word: str) -> bool:
    at = bisect_left(hashes, hash_of(word))
    return at < len(hashes) and hashes[at] == hash_of(word)


def test_a_dictionary_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUSHGEN_CACHE", str(tmp_path))
    words, _ = read("hi")
    assert holds(words, "घर")
    assert not holds(words, "qzxv")
    monkeypatch.setattr(dictionary, "_make", None)  # which would fail
    assert list(read("hi")[0][:9]) == list(words[:9])


def test_without_a_folder_it_is_kept_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PUSHGEN_CACHE", str(tmp_path / "file"))
    assert holds(read("hi")[0], "घर")
