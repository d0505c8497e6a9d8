"""ProtoJSON as plain values by proto name: what protobuf's own JSON has of a message is taken, in every spelling.

Names in camelCase or as in the proto, null for a field that is not set, enums by name or number, numbers as text.
Mistakes are collected with their paths and left out of the values, so that a caller hears of all of them at once.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from deployments.errors import MAX_VIOLATIONS, InvalidInput, Violation
from serve_app.contract.codec import is_map
from serve_app.contract.violations import at_field, at_key, must_be, quote, unknown_field

_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
_WORDS = {"NaN", "Infinity", "-Infinity"}
# No field takes more. int() is quadratic in the digits, and Python refuses very many with an error of its own.
_MAX_DIGITS: Final = 40
# Above every bound of the contract's lists: such a list is refused for its length, unread.
_MAX_ENTRIES: Final = 1000
_LEFT_OUT: Final = object()
_INTEGERS = {FieldDescriptor.CPPTYPE_INT32, FieldDescriptor.CPPTYPE_INT64}
_FLOATS = {FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT}


class _Object(dict[str, Any]):
    """A JSON object in which keys occur more than once."""

    twice: frozenset[str] = frozenset()


def loads(body: bytes | str) -> Any:
    """Parse JSON. Bytes that are not UTF-8 become lone surrogates, which their field then refuses.

    Raises InvalidInput.
    """
    text = body if isinstance(body, str) else body.decode("utf-8", "surrogateescape")
    try:
        return _DECODER.decode(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        wrong = f"{error.msg.removesuffix(' at')} at line {error.lineno} column {error.colno}"
    except RecursionError:
        wrong = "lists and objects are nested too deeply"
    raise InvalidInput([Violation("request", f"is not JSON: {wrong}")])


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) == len(pairs):
        return values
    keys = [key for key, _ in pairs]
    repeated = _Object(values)
    seen: set[str] = set()
    repeated.twice = frozenset(key for key in keys if key in seen or seen.add(key))  # type: ignore[func-returns-value]
    return repeated


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=lambda digits: int(digits[:_MAX_DIGITS]))


def plain(value: Any, descriptor: Descriptor) -> tuple[Any, list[Violation]]:
    """Return the value of a message in the form of `codec.to_dict`, and what is wrong with it.

    Values of a wrong kind that a contract model refuses by itself are left to it; so are models inside.
    """
    reader = _Reader()
    return reader.message(value, descriptor, ""), reader.violations


class _Reader:
    def __init__(self) -> None:
        self.violations: list[Violation] = []

    def refuse(self, path: str, description: str) -> Any:
        if len(self.violations) <= MAX_VIOLATIONS:
            self.violations.append(Violation(path or "request", description))
        return _LEFT_OUT

    def message(self, value: Any, descriptor: Descriptor, path: str) -> Any:
        if not isinstance(value, Mapping):
            return value
        self.twice(value, path)
        fields, values = _fields(descriptor), dict[str, Any]()
        for key, given in value.items():
            field = fields.get(key) if isinstance(key, str) else None
            if field is None:
                self.unknown(str(key), descriptor, path)
            elif field.name in values:
                both = f"is given more than once: as {field.name} and as {field.json_name}"
                self.refuse(at_field(path, field.name), both)
            elif given is not None and (read := self.field(given, field, at_field(path, field.name))) is not _LEFT_OUT:
                values[field.name] = read
        return values

    def unknown(self, key: str, descriptor: Descriptor, path: str) -> None:
        if len(self.violations) <= MAX_VIOLATIONS:
            self.refuse(at_field(path, key), unknown_field(key, descriptor.fields_by_name))

    def twice(self, value: Any, path: str) -> None:
        for key in getattr(value, "twice", ()):
            self.refuse(at_field(path, key), "is given more than once")

    def field(self, value: Any, field: FieldDescriptor, path: str) -> Any:
        if is_map(field):
            for key in getattr(value, "twice", ()):
                self.refuse(at_key(path, key), "is given more than once")
            return value
        if not field.is_repeated:
            return self.one(value, field, path)
        if not isinstance(value, list | tuple) or len(value) > _MAX_ENTRIES:
            return value
        entries = [self.one(entry, field, f"{path}[{n}]") for n, entry in enumerate(value)]
        return [entry for entry in entries if entry is not _LEFT_OUT]

    def one(self, value: Any, field: FieldDescriptor, path: str) -> Any:
        if field.message_type is not None:
            return self.message(value, field.message_type, path)
        if field.enum_type is not None:
            return self.enum(value, field.enum_type, path, optional=not field.is_repeated)
        if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
            return value if isinstance(value, bool) else self.refuse(path, must_be("bool", value))
        if field.cpp_type in _INTEGERS:
            whole = _whole(value)
            return self.refuse(path, must_be("int", value)) if whole is None else whole
        if field.cpp_type in _FLOATS:
            return self.double(value, path)
        return value

    def enum(self, value: Any, kind: Any, path: str, *, optional: bool) -> Any:
        """Return the name; a value that is not known stays, for the model to refuse with those that are."""
        if isinstance(value, bool):
            return self.refuse(path, f"must be a name or a number of {kind.name}")
        number = _whole(value) if isinstance(value, int | float) else None
        known = kind.values_by_number.get(number)
        name = known.name if known is not None else value
        return _LEFT_OUT if optional and name == kind.values[0].name else name

    def double(self, value: Any, path: str) -> Any:
        is_text = isinstance(value, str) and (value in _WORDS or _NUMBER.fullmatch(value[: _MAX_DIGITS + 1]))
        if isinstance(value, bool) or not (is_text or isinstance(value, int | float)):
            return self.refuse(path, must_be("float", value))
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        return number if math.isfinite(number) else self.refuse(path, f"must be finite, not {quote(value)}")


def _whole(value: Any) -> int | None:
    if isinstance(value, str) and len(value) <= _MAX_DIGITS and _NUMBER.fullmatch(value):
        value = float(value) if any(mark in value for mark in ".eE") else int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


@cache
def _fields(descriptor: Descriptor) -> dict[str, FieldDescriptor]:
    """The fields by each of their names."""
    return {name: field for field in descriptor.fields for name in (field.name, field.json_name)}
