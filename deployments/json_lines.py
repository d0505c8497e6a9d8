"""UTF-8 text and JSON Lines as other programs write them."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from pathlib import Path


class NotUtf8(ValueError):
    """The bytes are in another encoding. The message says which or where, and what to do."""


def decoded(data: bytes) -> str:
    """Decode UTF-8, without its byte order mark. Raises NotUtf8."""
    encoding = json.detect_encoding(data)
    if not encoding.startswith("utf-8"):
        name = encoding.upper()
        raise NotUtf8(f"is in {name[:6]}, not in UTF-8: convert it, for instance with `iconv -f {name} -t UTF-8`")
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        before = data[data.rfind(b"\n", 0, error.start) + 1 : error.start].decode(errors="replace")
        raise NotUtf8(
            f"is not UTF-8: line {line}, column {len(before) + 1} has the byte 0x{data[error.start]:02x}. If it is in "
            "Latin-1 or Windows-1252, convert it, for instance with `iconv -f WINDOWS-1252 -t UTF-8`"
        ) from None


def split(text: str) -> Iterator[tuple[int, str]]:
    r"""Yield number and text of every line that is not blank.

    A line ends at "\n" alone. `str.splitlines` ends one at U+2028, U+0085 and others too, which may stand in a string.
    """
    for number, line in enumerate(text.split("\n"), start=1):
        if stripped := line.strip(" \t\r\ufeff"):
            yield number, stripped


def read(path: Path) -> Iterator[tuple[int, str]]:
    """Yield number and text of every line of a file that is not blank. Raises OSError and NotUtf8, with its name."""
    try:
        return split(decoded(path.read_bytes()))
    except NotUtf8 as error:
        raise NotUtf8(f"{path.name} {error}") from None
