"""The input of a bulk job: files of requests, cut into pieces that are read apart. Knows nothing of Ray."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from deployments.errors import Misconfigured
from serve_app.bulk import jsonl, parquet


class Row(NamedTuple):
    """A request as it was sent. name: of its file and place, unique in a job. text: JSON."""

    name: str
    text: bytes


@dataclass(frozen=True)
class Format:
    """How a kind of file is cut and read.

    cut: returns the number of rows, and the pieces as arguments of `read`. read: yields number and JSON of each row.
    """

    cut: Callable[[Path], tuple[int, list[tuple[int, int, int]]]]
    read: Callable[[Path, int, int, int], Iterator[tuple[int, bytes]]]


FORMATS: Final = {
    ".jsonl": Format(jsonl.cut, jsonl.read),
    ".ndjson": Format(jsonl.cut, jsonl.read),
    ".parquet": Format(parquet.cut, parquet.read),
}


@dataclass(frozen=True)
class Piece:
    """A part of a file, with the place of its first row, for its format."""

    path: Path
    place: tuple[int, int, int]

    def rows(self) -> Iterator[Row]:
        """Read the rows. Raises OSError."""
        for number, text in FORMATS[self.path.suffix].read(self.path, *self.place):
            yield Row(f"{self.path.name}:{number}", text)


@dataclass(frozen=True)
class Pieces:
    """The whole input. digests: of each file's content, so that a changed input is seen when a job goes on."""

    pieces: tuple[Piece, ...]
    rows: int
    digests: dict[str, str]
    suffix: str
    folder: Path

    @classmethod
    def of(cls, source: Path) -> Pieces:
        """Look through a file, or the files of a folder. Raises Misconfigured."""
        try:
            paths = _files(source.resolve())
            counted = [(path, *FORMATS[path.suffix].cut(path)) for path in paths]
            digests = {path.name: _digest(path) for path in paths}
        except OSError as error:
            raise Misconfigured(f"cannot read {source}: {error.strerror or error}") from None
        except parquet.Unreadable as error:
            raise Misconfigured(f"cannot read {source}: {error}") from None
        pieces = tuple(Piece(path, place) for path, _, places in counted for place in places)
        rows = sum(count for _, count, _ in counted)
        if not rows:
            raise Misconfigured(f"{source} has no requests")
        return cls(pieces, rows, digests, paths[0].suffix, paths[0].parent)


def _files(source: Path) -> list[Path]:
    """Return the files, in order. Raises Misconfigured, OSError."""
    kinds = ", ".join(FORMATS)
    if not source.is_dir():
        if source.suffix not in FORMATS and source.exists():
            raise Misconfigured(f"{source} is no file of {kinds}: its name says what is in it")
        return [source]
    paths = sorted(path for path in source.iterdir() if path.suffix in FORMATS)
    if not paths:
        raise Misconfigured(f"the folder {source} has no files of {kinds}")
    return paths


def _digest(path: Path) -> str:
    def hashed() -> Any:
        return hashlib.blake2b(digest_size=16)

    with path.open("rb") as file:
        return hashlib.file_digest(file, hashed).hexdigest()
