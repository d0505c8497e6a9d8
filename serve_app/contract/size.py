"""The size of a request, judged before it is read.

Two bytes make an empty message, and three an empty JSON list: read, each takes a hundred. A parser keeps the
interpreter to itself until it is done, in a thread too. So what has too many values is refused by their count.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from google.protobuf.descriptor import Descriptor

from deployments.errors import InvalidInput, Violation

MAX_REQUEST_BYTES: Final = 112 * 2**20
"""Eight images of 10 MiB, in base64 too, and the text."""
MAX_VALUES: Final = 2**18
"""A full batch has about a thousand an item. Commas in texts of JSON count as well."""
_PIECE: Final = 2**20
_PACKED: Final = "packed"


def check_message(data: bytes, descriptor: Descriptor) -> None:
    """Raise InvalidInput for a protobuf message with too many fields, at any depth."""
    if len(data) > 2 * MAX_VALUES and not _has_room(data, descriptor):
        raise _too_many()


def check_json(body: bytes | str) -> None:
    """Raise InvalidInput for JSON with too many values. It may count more than there are, and never less."""
    if len(body) <= 2 * MAX_VALUES:
        return
    count = 0
    for at in range(0, len(body), _PIECE):
        piece = body[at : at + _PIECE]
        data = piece.encode("utf-8", "replace") if isinstance(piece, str) else piece
        count += data.count(b",") + data.count(b"[") + data.count(b"{")
        if count > MAX_VALUES:
            raise _too_many()


def _too_many() -> InvalidInput:
    return InvalidInput([Violation("request", f"has more than {MAX_VALUES} values; send less at once")])


def _has_room(data: bytes, descriptor: Descriptor) -> bool:
    """Walk the fields in their order, up to the limit. What is malformed ends the walk: the parser refuses it."""
    left, inside = MAX_VALUES, [(0, len(data), _fields(descriptor))]
    try:
        while inside:
            at, end, fields = inside.pop()
            while at < end:
                left -= 1
                if left < 0:
                    return False
                tag, at = _varint(data, at)
                match tag & 7:
                    case 0:
                        _, at = _varint(data, at)
                    case 1:
                        at += 8
                    case 2:
                        length, at = _varint(data, at)
                        field = fields.get(tag >> 3)
                        if isinstance(field, Descriptor) and length:
                            inside.append((at + length, end, fields))
                            end, fields = min(at + length, end), _fields(field)
                            continue
                        left -= length if field == _PACKED else 0
                        at += length
                    case 5:
                        at += 4
    except (IndexError, ValueError):
        return True
    return left >= 0


@cache
def _fields(descriptor: Descriptor) -> dict[int, Descriptor | str]:
    """Return by number the message inside a field, or that a field is packed: it has a value a byte."""
    inside = {field.number: field.message_type for field in descriptor.fields if field.message_type is not None}
    return inside | {field.number: _PACKED for field in descriptor.fields if field.is_packed}


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a number and where it ends. Raises IndexError, ValueError."""
    value = data[at]
    if value < 128:
        return value, at + 1
    value &= 127
    for n in range(1, 10):
        byte = data[at + n]
        value |= (byte & 127) << 7 * n
        if byte < 128:
            return value, at + n + 1
    raise ValueError("a number has more than ten bytes")
