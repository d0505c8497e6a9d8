"""Requests from the command line: JSON from a file or stdin, images by path, and flags on top.

JSON has the proto's field names. Images and frames may be `{"path": "image.jpg"}`, relative to the JSON file; images
`{"url": "https://..."}` too, which the service fetches.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from deployments.errors import InvalidInput, Violation
from serve_app.client import cli_files
from serve_app.client.cli_files import BadArgument, Entry
from serve_app.contract import proto_json
from serve_app.contract.messages import GenerateNotificationRequest
from serve_app.contract.requests import descriptor_of, parse_value

M = TypeVar("M", bound=BaseModel)


def load(source: str | None, model: type[BaseModel]) -> dict[str, Any]:
    """Read one JSON object as a request of the model, keys as in the proto; {} without a source.

    An item is wrapped in a request. Raises BadArgument, and InvalidInput for what is no ProtoJSON of such a request.
    """
    return {} if source is None else _named(as_request(cli_files.read_one(source), cli_files.folder_of(source)), model)


def load_many(
    source: str, model: type[BaseModel], prepare: Callable[[dict[str, Any]], dict[str, Any]] = dict
) -> list[Entry]:
    """Read requests or items, each as a request or as what is wrong with it. Raises BadArgument for the whole.

    `prepare` sees each request before it is checked.
    """
    folder = cli_files.folder_of(source)

    def read(entry: Entry) -> Entry:
        content = entry.content
        if isinstance(content, InvalidInput):
            return entry
        item = content.get("item", content)
        entry = entry._replace(item_id=str(item.get("id", "")) if isinstance(item, dict) else "")
        try:
            return entry._replace(content=_named(prepare(as_request(content, folder)), model))
        except BadArgument as error:
            return entry._replace(content=InvalidInput([Violation(entry.where, str(error))]))
        except InvalidInput as error:
            return entry._replace(content=error.below(entry.where))

    return [read(entry) for entry in cli_files.read_many(source)]


def _named(request: dict[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    """Return the request with its keys as in the proto, where flags look for them. Raises InvalidInput."""
    fields, wrong = proto_json.plain(request, descriptor_of(model))
    if wrong:
        raise InvalidInput(wrong)
    named: dict[str, Any] = fields
    return named


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
    return {"data": encoded(folder / entry["path"], entry["path"]), **fields}


def image(source: str) -> dict[str, Any]:
    """Return the image of a file, or of a URL, which the service fetches."""
    return {"url": source} if "://" in source else {"data": encoded(Path(source))}


def encoded(path: Path, name: str = "") -> str:
    return base64.b64encode(cli_files.contents(path, name)).decode("ascii")


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
        return parse_value(model, request)
    except InvalidInput as error:
        raise error.below(where) if where else error from None


def build_many(model: type[M], entries: Iterable[Entry]) -> list[M | InvalidInput]:
    """Build each entry's request, or say what is wrong with it."""
    built: list[M | InvalidInput] = []
    for entry in entries:
        content = entry.content
        try:
            built.append(content if isinstance(content, InvalidInput) else build(model, content, entry.where))
        except InvalidInput as error:
            built.append(error)
    return built


def request_of(text: bytes, folder: Path) -> GenerateNotificationRequest:
    """Read the JSON of one request or item. Paths of pictures are relative to the folder. Raises InvalidInput."""
    content = proto_json.loads(text)
    if not isinstance(content, dict):
        raise InvalidInput([Violation("request", "must be an object")])
    try:
        return parse_value(GenerateNotificationRequest, as_request(content, folder))
    except BadArgument as error:
        raise InvalidInput([Violation("item", str(error))]) from None


def dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
