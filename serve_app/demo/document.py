"""A YAML file with the line of each key, and what is wrong in it, said with file, line and key."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from deployments.errors import Misconfigured
from deployments.settings import describe_one

_MAX_VALUES = 100_000
_SHOWN = 40

Location = tuple[str | int, ...]


@dataclass
class Document:
    """A parsed file, with the line of each key."""

    data: Any
    lines: dict[Location, int] = field(default_factory=dict)

    def place(self, location: Location, *, lacks_last: bool = True) -> tuple[str, int | None]:
        """Return the dotted path of what exists in the file, and its line. Names of pydantic's own are left out.

        lacks_last: whether a last part that the file does not have is what is missing, and no name of pydantic's.
        """
        path: Location = ()
        for part in location:
            if (*path, part) in self.lines:
                path = (*path, part)
        missing = location[-1:] if lacks_last and location and path[-1:] != location[-1:] else ()
        return dotted((*path, *missing)), self.lines.get(path)


def parse_yaml(text: str, path: Path) -> Document:
    """Parse one YAML document. A key that stands twice is an error: YAML's parser would drop the first."""
    try:
        loader = yaml.SafeLoader(text)
        root = loader.get_single_node()
        document = Document(None)
        if root is not None:
            _note_lines(root, (), document.lines, path)
            document.data = loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        advice = ": indent with spaces" if "'\\t'" in str(error.problem) else ""
        raise Misconfigured(f"{path}{line}: not YAML: {error.problem or error.context}{advice}") from None
    except yaml.YAMLError as error:
        raise Misconfigured(f"{path}: not YAML: {' '.join(str(error).split())}") from None
    except (ValueError, RecursionError, TypeError, OverflowError) as error:  # an impossible date, a hundred brackets
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise Misconfigured(f"{path}: not a config: {reason}") from None
    if document.data is None:
        raise Misconfigured(f"{path}: the file is empty; configs/demo.yaml is an example")
    return document


def _note_lines(node: yaml.Node, at: Location, lines: dict[Location, int], path: Path) -> None:
    lines[at] = node.start_mark.line + 1
    if len(lines) > _MAX_VALUES:  # a few lines of aliases of aliases can mean millions
        raise Misconfigured(f"{path}: more than {_MAX_VALUES} values")
    if isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            _note_lines(item, (*at, number), lines, path)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            line = key.start_mark.line + 1
            if name in seen and name != "<<":
                raise Misconfigured(f"{path}, line {line}: {dotted((*at, name))}: the key stands twice")
            seen.add(name)
            _note_lines(value, (*at, name), lines, path)
            lines[*at, name] = line


def dotted(location: Location) -> str:
    """Format a location as `applications[0].args`."""
    return "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in location).removeprefix(".")


def where(document: Document, path: Path, location: Location) -> str:
    """Format the file, the line and the key."""
    name, line = document.place(location)
    return f"{path}, line {line}: {name}" if line else f"{path}: {name}"


def sentences(error: ValidationError, document: Document, path: Path, at: Location = ()) -> str:
    """Format each violation with its file, line and key."""
    formatted = []
    for violation in error.errors():
        key = (violation.get("ctx") or {}).get("key")
        location = (*at, *violation["loc"], *((key,) if isinstance(key, str) else ()))
        name, line = document.place(location, lacks_last=violation["type"] == "missing")
        place = f"{path}, line {line}" if line and location else str(path)
        formatted.append(f"{place}: {f'{name}: ' if name else ''}{describe_one(violation)}{_value(violation)}")
    return "\n".join(formatted)


def _value(violation: Any) -> str:
    """Quote the wrong value, where it is short and the message does not have it."""
    value = violation["input"]
    if violation["type"] in ("missing", "value_error", "unknown_key") or isinstance(value, dict | list):
        return ""
    return f", not {value!r}" if len(repr(value)) <= _SHOWN else ""
