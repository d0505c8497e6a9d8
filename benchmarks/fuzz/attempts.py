"""One malformed request, as it goes over the wire, and the file in which failed ones are kept to be sent again."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from deployments.errors import Misconfigured

Protocol = Literal["http", "grpc"]


@dataclass(frozen=True)
class Attempt:
    """A request. payload: over HTTP the whole request, over gRPC the message.

    kind: its generator. path, metadata, streams: of a gRPC call. whole: whether an answer is due; a request that ends
    early has none.
    """

    protocol: Protocol
    kind: str
    payload: bytes
    path: str = ""
    metadata: tuple[tuple[str, str | bytes], ...] = ()
    streams: bool = False
    whole: bool = True


def write(path: Path, attempts: Iterable[tuple[Attempt, str]]) -> None:
    """Write attempts, each with what went wrong, one JSON object a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps({"why": why, **asdict(attempt)}, default=_coded) + "\n" for attempt, why in attempts)
    path.write_text("".join(lines), encoding="utf-8")


def read(path: Path) -> Iterator[Attempt]:
    """Read the file again. Raises Misconfigured."""
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            fields = json.loads(line)
            fields.pop("why", None)
            fields["payload"] = _plain(fields["payload"])
            fields["metadata"] = tuple((key, _plain(value)) for key, value in fields["metadata"])
            yield Attempt(**fields)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise Misconfigured(f"--replay {path.name!r} is no file of attempts: {type(error).__name__}") from None


def _coded(value: object) -> object:
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode("ascii")}
    raise TypeError(type(value).__name__)


def _plain(value: str | dict[str, str]) -> str | bytes:
    return value if isinstance(value, str) else base64.b64decode(value["base64"])
