"""Between proto messages and contract models, for every message alike: both sides have the same names.

`requests.py` reads what a client sent; `from_message` reads what a service answered.
"""

from __future__ import annotations

from typing import Any, TypeVar

from google.protobuf.message import Message
from pydantic import BaseModel, ValidationError

from deployments.errors import PushGenError
from serve_app.contract.violations import violations

M = TypeVar("M", bound=BaseModel)
P = TypeVar("P", bound=Message)


def to_dict(message: Message, *, answer: bool = False) -> dict[str, Any]:
    """The fields that are set, by proto name: bytes raw, enums by name (by number when unknown), maps as dicts.

    Of an answer, fields that have no presence appear with their default too, and enums as `AnswerEnum` reads them.
    """
    fields: dict[str, Any] = {}
    if answer:
        for field in message.DESCRIPTOR.fields:
            if field.is_repeated:
                fields[field.name] = {} if is_map(field) else []
            elif not field.has_presence:
                fields[field.name] = _plain(field, field.default_value, answer)
    for field, value in message.ListFields():
        if is_map(field):
            fields[field.name] = {key: _plain(map_value(field), value[key], answer) for key in value}
        elif field.is_repeated:
            fields[field.name] = [_plain(field, entry, answer) for entry in value]
        else:
            fields[field.name] = _plain(field, value, answer)
    return fields


def is_map(field: Any) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry


def map_value(field: Any) -> Any:
    return field.message_type.fields_by_name["value"]


def _plain(field: Any, value: Any, answer: bool) -> Any:
    if field.message_type is not None:
        return to_dict(value, answer=answer)
    if field.enum_type is not None:
        known = field.enum_type.values_by_number.get(value)
        if known is None and answer:
            return f"{field.enum_type.values[0].name.removesuffix('UNSPECIFIED')}UNKNOWN_{value}"
        return known.name if known else value
    return value


def from_message(model: type[M], message: Message) -> M:
    """A service's message as a contract model; raises PushGenError when it does not fit this version's contract."""
    try:
        return model.model_validate(to_dict(message, answer=True))
    except ValidationError as error:
        wrong = "; ".join(f"{v.field}: {v.description}" for v in violations(error, model))
        raise PushGenError(f"the service answered with something that this client does not know ({wrong})") from None


def to_message(model: BaseModel, message: type[P]) -> P:
    """A contract model as the message with the same field names; raises ValueError for a number beyond 32 bits."""
    return message(**model.model_dump())
