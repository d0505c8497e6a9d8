"""JSON objects from files and stdin: one, a list, or JSON Lines."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, NamedTuple

from deployments import json_lines
from deployments.errors import InvalidInput, Violation
from serve_app.contract import proto_json

_HINT = "`pushgen batch FILE` and `pushgen generate --jsonl FILE` take many"


class BadArgument(Exception):
    """The typed arguments make no request."""


class Entry(NamedTuple):
    """An object of a file, or why there is none. where: its place, for messages. item_id: where it has one."""

    where: str
    content: dict[str, Any] | InvalidInput
    item_id: str = ""


def read_one(source: str) -> dict[str, Any]:
    """Read one JSON object. Raises BadArgument."""
    text = _text(source)
    try:
        content = proto_json.loads(text)
    except InvalidInput as error:
        if _is_lines(text):
            raise BadArgument(f"{_name(source)} must hold one object and not one a line; {_HINT}") from None
        raise BadArgument(f"{_name(source)} {error.violations[0].description}") from None
    if isinstance(content, list):
        raise BadArgument(f"{_name(source)} must hold one object and not a list; {_HINT}")
    if not isinstance(content, dict):
        raise BadArgument(f"{_name(source)} must hold one object")
    return content


def read_value(source: str) -> Any:
    """Read one JSON value of any kind. Raises BadArgument."""
    try:
        return proto_json.loads(_text(source))
    except InvalidInput as error:
        raise BadArgument(f"{_name(source)} {error.violations[0].description}") from None


def read_many(source: str) -> list[Entry]:
    """Read objects: JSON Lines, a list, an object with the list `requests`, or one object.

    What is wrong with one of them is in its place. Raises BadArgument for what is wrong with the whole.
    """
    text = _text(source)
    try:
        content = proto_json.loads(text)
    except InvalidInput as error:
        if not _is_lines(text):
            raise BadArgument(f"{_name(source)} {error.violations[0].description}") from None
        return [_line(number, line) for number, line in json_lines.split(text)]
    if isinstance(content, dict):
        content = content.get("requests", [content])
    if not isinstance(content, list):
        raise BadArgument(f"{_name(source)} must hold objects, one a line or in a list")
    return [_entry(f"requests[{i}]", each) for i, each in enumerate(content)]


def folder_of(source: str) -> Path:
    """Return the folder that paths inside the source are relative to."""
    return Path() if source == "-" else Path(source).parent


def contents(path: Path, name: str = "") -> bytes:
    """Read a file. Raises BadArgument, with the name or, without one, with the path."""
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise BadArgument(f"cannot read {name or path}: {getattr(error, 'strerror', None) or error}") from None


def _name(source: str) -> str:
    return "stdin" if source == "-" else source


def _text(source: str) -> str:
    if source == "-" and sys.stdin is None:
        raise BadArgument("stdin is closed")
    try:
        text = json_lines.decoded(sys.stdin.buffer.read() if source == "-" else contents(Path(source)))
    except OSError as error:
        raise BadArgument(f"cannot read {_name(source)}: {error.strerror or error}") from None
    except json_lines.NotUtf8 as error:
        raise BadArgument(f"{_name(source)} {error}") from None
    if not text.strip():
        raise BadArgument(f"{_name(source)} is empty")
    return text


def _is_lines(text: str) -> bool:
    """Whether any line is an object by itself, in a text that does not begin as an object or a list over lines."""
    lines = [line for _, line in json_lines.split(text)]
    return lines[0] not in {"[", "{"} and any(_is_object(line) for line in lines)


def _is_object(line: str) -> bool:
    try:
        return isinstance(proto_json.loads(line), dict)
    except InvalidInput:
        return False


def _line(number: int, text: str) -> Entry:
    where = f"line {number}"
    try:
        return _entry(where, proto_json.loads(text))
    except InvalidInput as error:
        return refused(where, error.violations[0].description.replace(" at line 1 column ", " at column "))


def _entry(where: str, content: Any) -> Entry:
    return Entry(where, content) if isinstance(content, dict) else refused(where, "must be an object")


def refused(where: str, reason: str) -> Entry:
    return Entry(where, InvalidInput([Violation(where, reason)]))
