"""Requests from the command line: JSON from a file or stdin, images by path, and flags on top.

JSON has the proto's field names. Images and frames may be `{"path": "image.jpg"}`, relative to the JSON file.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from deployments.errors import InvalidInput, Violation
from serve_app.contract import proto_json
from serve_app.contract.requests import descriptor_of, parse_value

A = TypeVar("A")
T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)


class BadArgument(Exception):
    """The typed arguments make no request."""


def read_text(source: str) -> str:
    """Read a file, or stdin for "-"."""
    try:
        return sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadArgument(f"cannot read {source}: {getattr(error, 'strerror', None) or error}") from None


def load(source: str | None, model: type[BaseModel]) -> dict[str, Any]:
    """Read one JSON object as a request of the model, keys as in the proto; {} without a source.

    An item is wrapped in a request. Raises InvalidInput for what is no ProtoJSON of such a request.
    """
    if source is None:
        return {}
    (content,) = _objects(read_text(source), _name(source), many=False)
    return _named(as_request(content, _folder(source)), model)


def load_many(
    source: str, model: type[BaseModel], prepare: Callable[[dict[str, Any]], dict[str, Any]] = dict
) -> list[dict[str, Any] | InvalidInput]:
    """Read the requests or items of a batch: JSON lines, a JSON list, or an object with `requests`.

    One that is wrong is its own InvalidInput, in its place. `prepare` sees each request before it is checked.
    """
    folder = _folder(source)

    def read(content: Any) -> dict[str, Any]:
        if isinstance(content, InvalidInput):
            raise content
        if not isinstance(content, dict):
            raise InvalidInput([Violation("request", "must be an object")])
        try:
            return _named(prepare(as_request(content, folder)), model)
        except BadArgument as error:
            raise InvalidInput([Violation("item", str(error))]) from None

    return [attempt(read, content) for content in _objects(read_text(source), _name(source), many=True)]


def attempt(read: Callable[[A], T], content: A) -> T | InvalidInput:
    """Read one of many."""
    try:
        return read(content)
    except InvalidInput as refused:
        return refused


def _named(request: dict[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    """Return the request with its keys as in the proto, where flags look for them."""
    fields, wrong = proto_json.plain(request, descriptor_of(model))
    if wrong:
        raise InvalidInput(wrong)
    named: dict[str, Any] = fields
    return named


def _name(source: str) -> str:
    return "stdin" if source == "-" else source


def _folder(source: str) -> Path:
    return Path() if source == "-" else Path(source).parent


def _objects(text: str, source: str, *, many: bool) -> list[Any]:
    try:
        parsed = proto_json.loads(text)
    except InvalidInput as error:
        wrong = BadArgument(f"{source} {error.violations[0].description}")
        if not many:
            raise wrong from None
        parsed = _lines(text, source)
        if not any(isinstance(line, dict) for line in parsed):
            raise wrong from None
    if many and isinstance(parsed, dict):
        parsed = parsed.get("requests", [parsed])
    objects = parsed if many else [parsed]
    if not isinstance(objects, list) or not (many or isinstance(parsed, dict)):
        raise BadArgument(f"{source} must hold {'objects, one a line or in a list' if many else 'one object'}")
    return objects


def _lines(text: str, source: str) -> list[Any]:
    """Parse JSON lines; one that is not JSON is its own InvalidInput."""
    parsed = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                parsed.append(proto_json.loads(line))
            except InvalidInput as error:
                described = f"{source} line {number} {error.violations[0].description}"
                parsed.append(InvalidInput([Violation("request", described)]))
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
    item.update(media)
    return request


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


def build(model: type[M], request: dict[str, Any]) -> M:
    """Validate the contract model. Raises InvalidInput with every violation."""
    return parse_value(model, request)


def dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
