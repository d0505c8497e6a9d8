"""What every domain type is made of: the frozen base model, bounded text, bytes that JSON carries as base64."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, StringConstraints
from pydantic.json_schema import WithJsonSchema

MAX_SHORT_TEXT = 500
MAX_LONG_TEXT = 10_000


class Model(BaseModel):
    """Base of every domain type: immutable, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _from_base64(value: Any) -> Any:
    """JSON carries bytes as base64, standard or URL-safe alphabet."""
    if not isinstance(value, str):
        return value
    try:
        return base64.b64decode(value.translate(str.maketrans("-_", "+/")), validate=True)
    except binascii.Error:
        raise ValueError("is not base64") from None


EncodedBytes = Annotated[
    bytes,
    BeforeValidator(_from_base64),
    PlainSerializer(lambda b: base64.b64encode(b).decode("ascii"), when_used="json"),
    WithJsonSchema({"type": "string", "format": "byte", "description": "base64"}),
]
ShortText = Annotated[str, StringConstraints(max_length=MAX_SHORT_TEXT)]
LongText = Annotated[str, StringConstraints(max_length=MAX_LONG_TEXT)]
Name = Annotated[str, StringConstraints(max_length=128)]
