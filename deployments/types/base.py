"""The parts of every domain type: the frozen base model, bounded text, bytes that JSON carries as base64."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, PlainSerializer, StringConstraints
from pydantic.json_schema import WithJsonSchema

MAX_SHORT_TEXT = 500
MAX_LONG_TEXT = 10_000


class Model(BaseModel):
    """Base of every domain type: immutable, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


_BASE64_PIECE = 4 * 2**16


def _from_base64(value: Any) -> Any:
    """JSON carries bytes as base64, standard or URL-safe alphabet."""
    if not isinstance(value, str):
        return value
    if "-" in value or "_" in value:
        value = value.translate(str.maketrans("-_", "+/"))
    padded = value.find("=", 0, max(0, len(value) - 2)) >= 0
    try:
        if padded:
            raise binascii.Error
        # In pieces, because one call holds the interpreter for 10 ms a megabyte, and with it every other thread.
        pieces = range(0, len(value), _BASE64_PIECE)
        return b"".join(base64.b64decode(value[at : at + _BASE64_PIECE], validate=True) for at in pieces)
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
Name = Annotated[str, StringConstraints(max_length=128)]
