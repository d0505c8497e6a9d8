"""Text of other programs: byte order marks, encodings, ends of lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from deployments.json_lines import NotUtf8, decoded, read, split


@pytest.mark.parametrize("character", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1e"])
def test_a_line_ends_at_a_newline_alone(character: str) -> None:
    assert list(split(f'{{"a": "x{character}y"}}\n2')) == [(1, f'{{"a": "x{character}y"}}'), (2, "2")]


def test_blank_lines_and_windows_ends_are_no_lines(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b'\xef\xbb\xbf{"a": 1}\r\n\r\n \t\n{"b": 2}')
    assert list(read(tmp_path / "f")) == [(1, '{"a": 1}'), (4, '{"b": 2}')]


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "arms.jsonl").write_bytes(b"\xe9")
    with pytest.raises(NotUtf8, match=r"arms\.jsonl is not UTF-8: line 1, column 1"):
        read(tmp_path / "arms.jsonl")


def test_files_that_were_joined_keep_their_marks_and_are_read() -> None:
    assert [line for _, line in split(decoded(b"\xef\xbb\xbf1\n\xef\xbb\xbf2"))] == ["1", "2"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_other_encodings_of_unicode_are_named(encoding: str) -> None:
    with pytest.raises(NotUtf8, match="UTF-16" if "16" in encoding else "UTF-32"):
        decoded('{"title": "Caf\u00e9"}'.encode(encoding))


def test_a_byte_of_another_encoding_is_located() -> None:
    with pytest.raises(NotUtf8, match="line 2, column 4 has the byte 0xe9"):
        decoded("\ufeffBr\u00f6tchen\n".encode() + "\u00fcb".encode() + b"c" + b"\xe9")
