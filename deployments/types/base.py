"""The parts of every domain type: the frozen base model, bounded text, bytes that JSON carries as base64."""

from __future__ import annotations

import base64
import binascii
import re
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, PlainSerializer, StringConstraints
from pydantic.json_schema import WithJsonSchema

MAX_SHORT_TEXT = 500
MAX_LONG_TEXT = 10_000
MAX_NAME = 128
MAX_INT32 = 2**31 - 1


class Model(BaseModel):
    """Base of every domain type: immutable, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AnswerEnum(StrEnum):
    """An enum of answers. A client can read values that a newer service added.

    They are no members: `Reason("REASON_UNKNOWN_12")`, of the number on the wire, and "REASON_UNSPECIFIED" where the
    service set none.
    """

    @property
    def is_known(self) -> bool:
        return self.name in type(self).__members__

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        prefix = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).upper() + "_"
        if not isinstance(value, str) or not re.fullmatch(prefix + r"(UNSPECIFIED|UNKNOWN_-?\d+)", value):
            return None
        unknown = str.__new__(cls, value)
        unknown._name_, unknown._value_ = value.removeprefix(prefix), str(value)
        return unknown


_BASE64_PIECE = 4 * 2**16
_BREAKS = " \t\r\n"


def _from_base64(value: Any) -> Any:
    """JSON carries bytes as base64: standard or URL-safe alphabet, with padding or without, on one line or wrapped."""
    if not isinstance(value, str):
        return value
    if value.startswith("data:"):
        raise ValueError("is a data URL, not base64: send what follows its comma")
    text = value.strip(_BREAKS)
    if "\n" in text or "\r" in text:
        text = "".join(line.strip(_BREAKS) for line in re.split("[\r\n]+", text))
    if "-" in text or "_" in text:
        text = text.translate(str.maketrans("-_", "+/"))
    unpadded = text.rstrip("=")
    missing = -len(unpadded) % 4
    try:
        if missing == 3 or len(text) - len(unpadded) > missing or "=" in unpadded:
            raise binascii.Error
        unpadded += "=" * missing
        # In pieces, because one call holds the interpreter for 10 ms a megabyte, and with it every other thread.
        pieces = range(0, len(unpadded), _BASE64_PIECE)
        return b"".join(base64.b64decode(unpadded[at : at + _BASE64_PIECE], validate=True) for at in pieces)
    except ValueError:
        raise ValueError("is not base64") from None


_MARGIN = "win probability above one half that a candidate needs to replace an incumbent"


def _checked_margin(value: float) -> float:
    if not 0 <= value < 0.5:
        raise ValueError(f"must be at least 0 and below 0.5: it is the {_MARGIN}")
    return value


Margin = Annotated[
    float,
    AfterValidator(_checked_margin),
    WithJsonSchema({"type": "number", "minimum": 0, "exclusiveMaximum": 0.5, "description": _MARGIN}),
]
EncodedBytes = Annotated[
    bytes,
    BeforeValidator(_from_base64),
    PlainSerializer(lambda b: base64.b64encode(b).decode("ascii"), when_used="json"),
    WithJsonSchema({"type": "string", "format": "byte", "description": "base64"}),
]
ShortText = Annotated[str, StringConstraints(max_length=MAX_SHORT_TEXT)]
LongText = Annotated[str, StringConstraints(max_length=MAX_LONG_TEXT)]
Name = Annotated[str, StringConstraints(max_length=MAX_NAME)]
