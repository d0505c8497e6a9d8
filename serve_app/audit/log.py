"""Lines of an audit log, and the knobs to try on them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from deployments.errors import Misconfigured
from deployments.settings import parse
from serve_app.flow.audit import VERSION, AuditEntry
from serve_app.flow.knobs import IngressKnobs


class Unreadable(Exception):
    """A line is no entry of this version. The message says why."""


def entry_of(line: bytes | str) -> AuditEntry:
    """Read a line. Raises Unreadable, with the field."""
    try:
        entry = AuditEntry.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise Unreadable(f"{where}: {first['msg']}" if where else first["msg"]) from None
    if entry.version != VERSION:
        raise Unreadable(f"version: is {entry.version}; this program reads {VERSION}")
    return entry


def knobs_of(path: Path) -> IngressKnobs:
    """Read knobs from YAML: those of the ingress, or a part of them. Raises Misconfigured."""
    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Misconfigured(f"cannot read {str(path)!r}: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise Misconfigured(f"{str(path)!r} is no YAML") from None
    return parse(IngressKnobs, content or {}, f"knobs {str(path)!r}")
