"""Requests in JSON Lines, read from any line on."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_PIECE_BYTES: Final = 16 * 2**20
_BLANK: Final = b" \t\r\n"


def cut(path: Path) -> tuple[int, list[tuple[int, int, int]]]:
    """Return the number of lines that are not blank, and pieces of whole lines: offset, bytes, number of the line."""
    rows, pieces = 0, []
    offset = start = 0
    first, number = 1, 1
    with path.open("rb") as file:
        for line in file:
            rows += bool(_stripped(line))
            offset += len(line)
            number += 1
            if offset - start >= _PIECE_BYTES:
                pieces.append((start, offset - start, first))
                start, first = offset, number
    if offset > start:
        pieces.append((start, offset - start, first))
    return rows, pieces


def read(path: Path, offset: int, size: int, first: int) -> Iterator[tuple[int, bytes]]:
    """Yield number and text of the lines that are not blank. Lines count from 1, blank ones too."""
    with path.open("rb") as file:
        file.seek(offset)
        left, number = size, first
        while left > 0:
            line = file.readline()
            if not line:
                return
            left -= len(line)
            if text := _stripped(line):
                yield number, text
            number += 1


def _stripped(line: bytes) -> bytes:
    return line.removeprefix(codecs.BOM_UTF8).strip(_BLANK)
