"""Attempts survive the file in which failed ones are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.fuzz.attempts import Attempt, read, write
from deployments.errors import Misconfigured


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    attempts = [
        Attempt("http", "json", b"POST / HTTP/1.1\r\n\r\n\xff\0", whole=False),
        Attempt("grpc", "message", b"\x0a\xff", "/a/b", (("k", "v"), ("k-bin", b"\x80")), streams=True),
    ]
    path = tmp_path / "deeper" / "failures.jsonl"
    write(path, [(attempt, "leak: x") for attempt in attempts])
    assert list(read(path)) == attempts


@pytest.mark.parametrize("content", [None, "no JSON", "[]", '{"protocol": "http"}'])
def test_another_file_is_refused_by_name(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "other.jsonl"
    if content is not None:
        path.write_text(content)
    with pytest.raises(Misconfigured, match=r"--replay 'other.jsonl' is no file of attempts"):
        list(read(path))
