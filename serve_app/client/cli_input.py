"""Requests from the command line: JSON from a file or stdin, images by path, and flags on top.

JSON has the proto's field names. Images and frames may be `{"path": "image.jpg"}`, relative to the JSON file.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from deployments.errors import InvalidInput, Violation
from serve_app.contract.codec import parse_json

M = TypeVar("M", bound=BaseModel)


class BadArgument(Exception):
    """The typed arguments make no request."""


def read_text(source: str) -> str:
    """Read a file, or stdin for "-"."""
    try:
        return sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadArgument(f"cannot read {source}: {getattr(error, 'strerror', None) or error}") from None


def load(source: str | None) -> dict[str, Any]:
    """Read one JSON object as a request; {} without a source. An item is wrapped in a request."""
    if source is None:
        return {}
    (content,) = _objects(read_text(source), _name(source), many=False)
    return as_request(content, _folder(source))


def load_many(source: str) -> list[dict[str, Any]]:
    """Read the requests or items of a batch: JSON lines, a JSON list, or an object with `requests`."""
    return [as_request(content, _folder(source)) for content in _objects(read_text(source), _name(source), many=True)]


def _name(source: str) -> str:
    return "stdin" if source == "-" else source


def _folder(source: str) -> Path:
    return Path() if source == "-" else Path(source).parent


def _objects(text: str, source: str, *, many: bool) -> list[dict[str, Any]]:
    try:
        parsed = json.loads(text)
    except json.JSONDecodeError as error:
        if not many:
            raise BadArgument(f"{source} is not JSON: {error}") from None
        parsed = _lines(text, source)
    if many and isinstance(parsed, dict):
        parsed = parsed.get("requests", [parsed])
    objects = parsed if many else [parsed]
    if not isinstance(objects, list) or not all(isinstance(o, dict) for o in objects):
        raise BadArgument(f"{source} must hold {'objects, one a line or in a list' if many else 'one object'}")
    return objects


def _lines(text: str, source: str) -> list[Any]:
    parsed = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                parsed.append(json.loads(line))
            except json.JSONDecodeError as error:
                raise BadArgument(f"{source} line {number} is not JSON: {error}") from None
    return parsed


def as_request(content: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return a request's JSON, with the bytes of images and frames in place of their paths."""
    request = content if "item" in content else {"item": content}
    item = request["item"]
    if not isinstance(item, dict):
        return request
    media = {
        name: [_with_bytes(entry, folder) for entry in item[name]]
        for name in ("images", "frames")
        if isinstance(item.get(name), list)
    }
    return {**request, "item": {**item, **media}}


def _with_bytes(entry: Any, folder: Path) -> Any:
    if not isinstance(entry, dict) or not isinstance(entry.get("path"), str):
        return entry
    fields = {key: value for key, value in entry.items() if key != "path"}
    return {"data": encoded(folder / entry["path"]), **fields}


def encoded(path: Path) -> str:
    try:
        return base64.b64encode(path.read_bytes()).decode("ascii")
    except OSError as error:
        raise BadArgument(f"cannot read {path}: {error.strerror}") from None


def pairs(entries: Iterable[str], option: str) -> dict[str, str]:
    """Parse `k=v` entries."""
    values = {}
    for entry in entries:
        key, equals, value = entry.partition("=")
        if not equals:
            raise BadArgument(f"{option} {entry!r} must be KEY=VALUE")
        values[key] = value
    return values


def copies(entries: Iterable[str]) -> list[dict[str, str]]:
    """Parse `title|body` entries; without a bar, the entry is the title."""
    return [dict(zip(("title", "body"), entry.split("|", 1), strict=False)) for entry in entries]


def offsets(entries: Iterable[str]) -> list[dict[str, Any]]:
    """Read frames given as PATH or PATH@MILLISECONDS; without a time, a second apart."""
    frames = []
    for number, entry in enumerate(entries):
        path, at, ms = entry.rpartition("@")
        if at and ms.isdigit():
            frames.append({"data": encoded(Path(path)), "offset_ms": int(ms)})
        else:
            frames.append({"data": encoded(Path(entry)), "offset_ms": 1000 * number})
    return frames


def merge(request: dict[str, Any], flags: dict[str, Any]) -> dict[str, Any]:
    """Put flags over JSON: append lists, merge objects, replace other values; unset flags change nothing."""
    merged = dict(request)
    for key, value in flags.items():
        if value is None or value in ([], {}):
            continue
        before = merged.get(key)
        if isinstance(value, dict):
            merged[key] = merge(before if isinstance(before, dict) else {}, value)
        elif isinstance(value, list):
            merged[key] = [*(before if isinstance(before, list) else []), *value]
        else:
            merged[key] = value
    return {key: value for key, value in merged.items() if value != {} or key == "item"}


def build(model: type[M], request: dict[str, Any], where: str = "") -> M:
    """Validate the contract model. Raises InvalidInput with every violation; `where` begins each path."""
    try:
        return parse_json(model, dump(request))
    except InvalidInput as error:
        before = f"{where}." if where else ""
        raise InvalidInput([Violation(f"{before}{v.field}", v.description) for v in error.violations]) from None


def dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
