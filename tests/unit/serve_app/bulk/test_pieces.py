"""The whole input: files and folders, the names of rows, and what cannot be one."""

from __future__ import annotations

from pathlib import Path

import pytest

from deployments.errors import Misconfigured
from serve_app.bulk.pieces import Pieces


def test_rows_of_a_folder_are_named_by_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").write_text("{}\n\n{}\n")
    (tmp_path / "a.ndjson").write_text("{}\n")
    (tmp_path / "notes.txt").write_text("no rows")
    pieces = Pieces.of(tmp_path)
    names = [row.name for piece in pieces.pieces for row in piece.rows()]
    assert (pieces.rows, names) == (3, ["a.ndjson:1", "b.jsonl:1", "b.jsonl:3"])


def test_another_content_has_another_digest(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"title": "a"}\n')
    before = Pieces.of(path).digests
    assert Pieces.of(path).digests == before
    path.write_text('{"title": "b"}\n')
    assert Pieces.of(path).digests != before


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"x", "is no file of"),
        ("a.jsonl", b"\n \n", "has no requests"),
        ("a.parquet", b"x", "cannot read"),
        ("missing.jsonl", None, "cannot read"),
    ],
)
def test_what_cannot_be_an_input_is_said(tmp_path: Path, name: str, content: bytes | None, message: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(Misconfigured, match=message):
        Pieces.of(tmp_path / name)


def test_a_folder_without_files_is_said(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="has no files"):
        Pieces.of(tmp_path)
