"""Between proto messages and contract models, for every message alike: both sides have the same names.

`parse` reads what a client sent and says all that is wrong with it; `from_message` reads what a service answered.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from google.protobuf.message import Message
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from deployments.errors import InvalidInput, PushGenError, Violation

M = TypeVar("M", bound=BaseModel)
P = TypeVar("P", bound=Message)

MAX_INT32 = 2**31 - 1
MAX_QUOTED = 80


def to_dict(message: Message, *, defaults: bool = False) -> dict[str, Any]:
    """The fields that are set, by proto name: bytes raw, enums by name (by number when unknown), maps as dicts.

    With `defaults`, fields that have no presence appear with their default too. Enums do not: their zero means unset.
    """
    found: dict[str, Any] = {}
    if defaults:
        for field in message.DESCRIPTOR.fields:
            if field.is_repeated:
                found[field.name] = {} if _is_map(field) else []
            elif not field.has_presence and field.enum_type is None:
                found[field.name] = field.default_value
    for field, value in message.ListFields():
        if _is_map(field):
            found[field.name] = {key: _plain(_map_value(field), value[key], defaults) for key in value}
        elif field.is_repeated:
            found[field.name] = [_plain(field, entry, defaults) for entry in value]
        else:
            found[field.name] = _plain(field, value, defaults)
    return found


def _is_map(field: Any) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry


def _map_value(field: Any) -> Any:
    return field.message_type.fields_by_name["value"]


def _plain(field: Any, value: Any, defaults: bool) -> Any:
    if field.message_type is not None:
        return to_dict(value, defaults=defaults)
    if field.enum_type is not None:
        known = field.enum_type.values_by_number.get(value)
        return known.name if known else value
    return value


def parse(model: type[M], message: Message) -> M:
    """A client's message as a contract model; raises InvalidInput with every violation."""
    try:
        return model.model_validate(to_dict(message))
    except ValidationError as error:
        raise InvalidInput(violations(error, model)) from None


def parse_json(model: type[M], body: bytes | str) -> M:
    """The same for JSON with the proto's field names; bytes are base64."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise InvalidInput(violations(error, model)) from None


def from_message(model: type[M], message: Message) -> M:
    """A service's message as a contract model; raises PushGenError when it does not fit this version's contract."""
    try:
        return model.model_validate(to_dict(message, defaults=True))
    except ValidationError as error:
        wrong = "; ".join(f"{v.field}: {v.description}" for v in violations(error, model))
        raise PushGenError(f"the service answered with something that this client does not know ({wrong})") from None


def to_message(model: BaseModel, message: type[P]) -> P:
    """A contract model as the message with the same field names; raises InvalidInput for a number beyond 32 bits."""
    plain = model.model_dump()
    try:
        return message(**plain)
    except ValueError:
        raise InvalidInput(list(_too_large("", plain)) or [Violation("request", "does not fit the contract")]) from None


def _too_large(path: str, value: Any) -> list[Violation]:
    if isinstance(value, dict):
        return [v for key, entry in value.items() for v in _too_large(f"{path}.{key}" if path else str(key), entry)]
    if isinstance(value, list | tuple):
        return [v for i, entry in enumerate(value) for v in _too_large(f"{path}[{i}]", entry)]
    if isinstance(value, int) and abs(value) > MAX_INT32:
        return [Violation(path, f"must be at most {MAX_INT32}")]
    return []


# --- what is wrong, in words ---------------------------------------------------------------------------------------


def violations(error: ValidationError, model: type[BaseModel]) -> list[Violation]:
    """Every violation with its field's path as the proto writes it: `item.images[0].data`, `item.metadata["k"]`."""
    return [_violation(details, model) for details in error.errors(include_url=False)]


def _violation(details: ErrorDetails, model: type[BaseModel]) -> Violation:
    path, owner = "", model
    kind: Any = model
    for step in details["loc"]:
        kind = _bare(kind)
        if isinstance(step, int):
            path, kind = f"{path}[{step}]", (get_args(kind) or (None,))[0]
        elif get_origin(kind) is dict:
            path, kind = f"{path}[{json.dumps(step[:MAX_QUOTED], ensure_ascii=False)}]", get_args(kind)[1]
        elif step != "[key]":  # pydantic's mark for "the key itself, not its value"
            owner = kind if isinstance(kind, type) and issubclass(kind, BaseModel) else owner
            path = f"{path}.{step[:MAX_QUOTED]}" if path else step[:MAX_QUOTED]
            kind = owner.model_fields[step].annotation if step in owner.model_fields else None
    return Violation(path or "request", _describe(details, owner))


def _bare(kind: Any) -> Any:
    """The type without Annotated and without None."""
    while True:
        if get_origin(kind) is Annotated:
            kind = get_args(kind)[0]
        elif get_origin(kind) in {Union, UnionType}:
            kind = next(k for k in get_args(kind) if k is not type(None))
        else:
            return kind


def _describe(details: ErrorDetails, owner: type[BaseModel]) -> str:
    """A validation error in a caller's words; pydantic's own text where there are none here."""
    limits, given = details.get("ctx", {}), details["input"]
    texts: dict[str, Callable[[], str]] = {
        "missing": lambda: "a value is required",
        "extra_forbidden": lambda: _unknown_field(str(details["loc"][-1]), owner),
        "enum": lambda: f"unknown value {_quote(given)}; known: {_listed(limits['expected'])}",
        "string_too_long": lambda: f"has {len(given)} characters, at most {limits['max_length']} are allowed",
        "string_too_short": lambda: f"needs at least {limits['min_length']} character",
        "too_long": lambda: f"has {_length(given, limits)} entries, at most {limits['max_length']} are allowed",
        "too_short": lambda: f"needs at least {limits['min_length']} entry",
        "greater_than_equal": lambda: f"must be at least {limits['ge']:g}",
        "less_than_equal": lambda: f"must be at most {limits['le']:.10g}",
        "string_unicode": lambda: "must be valid Unicode",
        "json_invalid": lambda: f"is not JSON: {limits['error']}",
        "finite_number": lambda: f"must be a number, not {_quote(given)}",
        "int_from_float": lambda: f"must be a whole number, not {_quote(given)}",
        "int_parsing_size": lambda: f"must be a whole number, not {_quote(given)}",
    }
    if details["type"] in texts:
        return texts[details["type"]]()
    kind, _, wrong = details["type"].rpartition("_")
    if wrong in {"type", "parsing"} and kind in WANTED:
        return f"must be {WANTED[kind]}" + (f", not {_quote(given)}" if kind in {"int", "float"} else "")
    return details["msg"].removeprefix("Value error, ")


WANTED = {
    "string": "text",
    "bytes": "base64 text",
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "tuple": "a list",
    "dict": "an object",
    "model": "an object",
}


def _length(given: Any, limits: dict[str, Any]) -> str:
    """Return how many entries there are; pydantic stops counting at the first one too many."""
    return str(len(given)) if hasattr(given, "__len__") else f"more than {limits['max_length']}"


def _unknown_field(name: str, owner: type[BaseModel]) -> str:
    near = difflib.get_close_matches(name, owner.model_fields, n=1)
    return f"unknown field; did you mean {near[0]!r}?" if near else "unknown field"


def _listed(expected: Any) -> str:
    """Pydantic's "'A', 'B' or 'C'" as "A, B, C"."""
    return str(expected).replace(" or ", ", ").replace("'", "")


def _quote(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= MAX_QUOTED else f"{text[:MAX_QUOTED]}..."
