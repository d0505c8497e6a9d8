"""A file's digest follows its bytes and is computed once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from deployments.weights import content
from deployments.weights.content import content_digest


def test_the_digest_follows_the_bytes_and_not_the_time(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"weights")
    two.write_bytes(b"weights")
    os.utime(two, ns=(1, 1))
    assert content_digest(one) == content_digest(two)
    two.write_bytes(b"wEights")
    assert content_digest(one) != content_digest(two)


def test_an_unchanged_file_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "weights"
    path.write_bytes(b"weights")
    first = content_digest(path)
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("read again"))
    assert content_digest(path) == first


@pytest.mark.parametrize("at", [0, 5_000, 9_999])
def test_a_large_file_is_sampled_from_its_first_byte_to_its_last(
    at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "_MAX_FULL_BYTES", 1_000)
    monkeypatch.setattr(content, "_BLOCK", 100)
    monkeypatch.setattr(content, "_SAMPLES", 101)
    path, other = tmp_path / "weights", tmp_path / "trained"
    path.write_bytes(bytes(10_000))
    other.write_bytes(bytes(at) + b"x" + bytes(9_999 - at))
    assert content_digest(path) != content_digest(other)
