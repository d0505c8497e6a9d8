"""JSON Lines in pieces: every line once, with its number."""

from __future__ import annotations

from pathlib import Path

import pytest

from serve_app.bulk import jsonl


@pytest.mark.parametrize("piece_bytes", [1, 7, 10**6])
def test_pieces_have_every_line_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece_bytes: int) -> None:
    monkeypatch.setattr(jsonl, "_PIECE_BYTES", piece_bytes)
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"a": 1}\r\n\n{"b": 2}\n  \n{"c":\xc3\xa9}')
    rows, pieces = jsonl.cut(path)
    read = [line for piece in pieces for line in jsonl.read(path, *piece)]
    assert rows == 3
    assert read == [(1, b'{"a": 1}'), (3, b'{"b": 2}'), (5, b'{"c":\xc3\xa9}')]


def test_a_line_of_bytes_of_the_mark_is_a_row(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'\xbf\n{"a": 1}\xbb\n\xef\xbb\xbf\n')
    rows, pieces = jsonl.cut(path)
    assert rows == 2
    assert list(jsonl.read(path, *pieces[0])) == [(1, b"\xbf"), (2, b'{"a": 1}\xbb')]


def test_an_empty_file_has_no_pieces(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"")
    assert jsonl.cut(tmp_path / "a.jsonl") == (0, [])
