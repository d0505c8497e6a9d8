"""Requests from the command line: JSON from a file or stdin, images by path, and flags on top.

JSON has the proto's field names. Images and frames may be `{"path": "image.jpg"}`, relative to the JSON file.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from deployments.errors import InvalidInput, Violation
from serve_app.client import cli_files
from serve_app.client.cli_files import BadArgument, Entry
from serve_app.contract.codec import parse_json

M = TypeVar("M", bound=BaseModel)


def load(source: str | None) -> dict[str, Any]:
    """Read one JSON object as a request; {} without a source. An item is wrapped in a request. Raises BadArgument."""
    return {} if source is None else as_request(cli_files.read_one(source), cli_files.folder_of(source))


def load_many(source: str) -> list[Entry]:
    """Read requests or items, each as a request or as what is wrong with it. Raises BadArgument for the whole."""
    folder = cli_files.folder_of(source)
    return [_with_media(entry, folder) for entry in cli_files.read_many(source)]


def _with_media(entry: Entry, folder: Path) -> Entry:
    if isinstance(entry.content, InvalidInput):
        return entry
    try:
        return Entry(entry.where, as_request(entry.content, folder))
    except BadArgument as error:
        return cli_files.refused(entry.where, str(error))


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
    return base64.b64encode(cli_files.contents(path)).decode("ascii")


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
        if broken := list(_not_unicode("", request)):
            raise InvalidInput(broken)
        return parse_json(model, dump(request))
    except InvalidInput as error:
        before = f"{where}." if where else ""
        raise InvalidInput([Violation(f"{before}{v.field}", v.description) for v in error.violations]) from None


def _not_unicode(path: str, value: Any) -> Iterator[Violation]:
    """Yield texts with half a character: a byte of another encoding on the command line, or an escape in JSON."""
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from _not_unicode(f"{path}.{key}" if path else str(key), entry)
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _not_unicode(f"{path}[{index}]", entry)
    elif isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            yield Violation(path, "must be valid Unicode")


def build_many(model: type[M], entries: Iterable[Entry]) -> list[M | InvalidInput]:
    """Build each entry's request, or say what is wrong with it."""
    built: list[M | InvalidInput] = []
    for where, content in entries:
        try:
            built.append(content if isinstance(content, InvalidInput) else build(model, content, where))
        except InvalidInput as error:
            built.append(error)
    return built


def dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
