"""Violations of a request, in a caller's words."""

from __future__ import annotations

import difflib
import itertools
import json
from collections.abc import Callable, Iterable
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from deployments.errors import MAX_VIOLATIONS, Violation

MAX_QUOTED = 80

KINDS = {
    "string": "text",
    "bytes": "base64 text",
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "tuple": "a list",
    "dict": "an object",
    "model": "an object",
}


def violations(error: ValidationError, model: type[BaseModel]) -> list[Violation]:
    """Return each violation with its field's path as the proto writes it: `item.images[0].data`, `item.metadata["k"]`.

    One more than an error may have, at most: it says that there are more.
    """
    own = (details for details in error.errors(include_url=False) if not _follows(details))
    return [_violation(details, model) for details in itertools.islice(own, MAX_VIOLATIONS + 1)]


def _follows(details: ErrorDetails) -> bool:
    """Whether a list is short only because pydantic does not count its wrong entries, which are named by themselves."""
    given = details["input"]
    return details["type"] == "too_short" and hasattr(given, "__len__") and len(given) >= details["ctx"]["min_length"]


def must_be(kind: str, given: Any) -> str:
    """Describe a value of another kind; `kind` is one of `KINDS`."""
    quoted = quote(given) if kind in {"int", "float"} else ""
    return f"must be {KINDS[kind]}" + (f", not {quoted}" if quoted else "")


def unknown_field(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name[:MAX_QUOTED], known, n=1)
    return f"unknown field; did you mean {near[0]!r}?" if near else "unknown field"


def quote(value: Any) -> str:
    """Return a short literal of a scalar; of anything else, what it is."""
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, str):
        return repr(value) if len(value) <= MAX_QUOTED else f"{value[:MAX_QUOTED]!r}..."
    if isinstance(value, int):
        return str(value) if abs(value) < 10**MAX_QUOTED else "so large a number"
    if isinstance(value, float):
        return repr(value)
    return "an object" if isinstance(value, dict) else "a list" if isinstance(value, list | tuple) else "this"


def at_key(path: str, key: str) -> str:
    """Return the path of an entry of a map."""
    return f"{path}[{json.dumps(key[:MAX_QUOTED], ensure_ascii=False)}]"


def at_field(path: str, name: str) -> str:
    return f"{path}.{name[:MAX_QUOTED]}" if path else name[:MAX_QUOTED]


def _violation(details: ErrorDetails, model: type[BaseModel]) -> Violation:
    path, owner = "", model
    kind: Any = model
    for step in details["loc"]:
        kind = bare(kind)
        if isinstance(step, int):
            path, kind = f"{path}[{step}]", (get_args(kind) or (None,))[0]
        elif get_origin(kind) is dict:
            path, kind = at_key(path, step), get_args(kind)[1]
        elif step != "[key]":  # pydantic's mark for "the key itself, not its value"
            owner = kind if isinstance(kind, type) and issubclass(kind, BaseModel) else owner
            path = at_field(path, step)
            kind = owner.model_fields[step].annotation if step in owner.model_fields else None
    return Violation(path or "request", _describe(details, owner))


def bare(kind: Any) -> Any:
    """Return the type without Annotated and without None."""
    while True:
        if get_origin(kind) is Annotated:
            kind = get_args(kind)[0]
        elif get_origin(kind) in {Union, UnionType}:
            kind = next(k for k in get_args(kind) if k is not type(None))
        else:
            return kind


def _describe(details: ErrorDetails, owner: type[BaseModel]) -> str:
    """Describe a validation error; pydantic's own text where there is none here."""
    limits, given = details.get("ctx", {}), details["input"]
    texts: dict[str, Callable[[], str]] = {
        "missing": lambda: "a value is required",
        "extra_forbidden": lambda: unknown_field(str(details["loc"][-1]), owner.model_fields),
        "enum": lambda: f"unknown value {quote(given)}; known: {_listed(limits['expected'])}",
        "string_too_long": lambda: f"has {len(given)} characters, at most {limits['max_length']} are allowed",
        "string_too_short": lambda: f"needs at least {limits['min_length']} character",
        "too_long": lambda: f"has {_length(given, limits)} entries, at most {limits['max_length']} are allowed",
        "too_short": lambda: f"needs at least {limits['min_length']} entry",
        "greater_than_equal": lambda: f"must be at least {limits['ge']:g}",
        "less_than_equal": lambda: f"must be at most {limits['le']:.10g}",
        "string_unicode": lambda: "must be valid Unicode: it has half a surrogate pair, or bytes that are not UTF-8",
        "finite_number": lambda: f"must be finite, not {quote(given)}",
        "int_from_float": lambda: must_be("int", given),
        "int_parsing_size": lambda: must_be("int", given),
    }
    if details["type"] in texts:
        return texts[details["type"]]()
    kind, _, wrong = details["type"].rpartition("_")
    if wrong in {"type", "parsing"} and kind in KINDS:
        return must_be(kind, given)
    return details["msg"].removeprefix("Value error, ")


def _length(given: Any, limits: dict[str, Any]) -> str:
    """Return how many entries there are; pydantic stops counting at the first one too many."""
    return str(len(given)) if hasattr(given, "__len__") else f"more than {limits['max_length']}"


def _listed(expected: Any) -> str:
    """Pydantic's "'A', 'B' or 'C'" as "A, B, C"."""
    return str(expected).replace(" or ", ", ").replace("'", "")
