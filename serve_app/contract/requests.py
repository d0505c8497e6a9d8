"""Requests as contract models, with every violation: from messages, their bytes, ProtoJSON and dictionaries.

The requests of a batch are read one by one: one that is wrong becomes its own InvalidInput, in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from annotated_types import MaxLen
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import DecodeError, Message
from pydantic import BaseModel, ValidationError

from deployments.errors import InvalidInput, Violation
from deployments.types import MAX_NAME
from pushgen.v1 import service_pb2
from serve_app.contract import loose, proto_json, size
from serve_app.contract.codec import to_dict
from serve_app.contract.messages import BatchEntry, BatchGenerateNotificationsRequest, GenerateNotificationRequest
from serve_app.contract.violations import at_field, bare, violations

M = TypeVar("M", bound=BaseModel)


def parse(model: type[M], message: Message, max_items: int | None = None) -> M:
    """Read a client's message. Raises InvalidInput, with the message's request id."""
    if isinstance(message, service_pb2.BatchGenerateNotificationsRequest):
        check_size(message.requests, max_items)
    return _from_fields(model, to_dict(message))


def parse_bytes(model: type[M], message_type: type[Message], data: bytes, max_items: int | None = None) -> M:
    """Read a client's message of its bytes; text that is not UTF-8 is the violation of its field."""
    size.check_message(data, message_type.DESCRIPTOR)  # type: ignore[arg-type]
    try:
        message = message_type.FromString(data)
    except DecodeError:
        if model is not BatchGenerateNotificationsRequest:
            return _from_fields(model, loose.read(message_type, data))
    else:
        return parse(model, message, max_items)
    fields = loose.envelope(message_type, data)
    entries = fields.get("requests", [])
    check_size(entries, max_items)
    read = partial(parse_bytes, GenerateNotificationRequest, service_pb2.GenerateNotificationRequest)
    return _validated(model, {**fields, "requests": [isolated(read, entry) for entry in entries]})


def parse_json(model: type[M], body: bytes | str, max_items: int | None = None) -> M:
    """Read ProtoJSON."""
    size.check_json(body)
    return parse_value(model, proto_json.loads(body), max_items)


def parse_value(model: type[M], value: Any, max_items: int | None = None) -> M:
    """Read parsed ProtoJSON, or a dictionary of a caller in Python, which may have models and bytes inside."""
    is_batch = model is BatchGenerateNotificationsRequest and isinstance(value, dict)
    if is_batch and isinstance(value.get("requests"), list):
        check_size(value["requests"], max_items)
        value["requests"] = [isolated(partial(parse_value, GenerateNotificationRequest), e) for e in value["requests"]]
    fields, wrong = proto_json.plain(value, descriptor_of(model))
    return _validated(model, fields, wrong)


def descriptor_of(model: type[BaseModel]) -> Descriptor:
    descriptor: Descriptor = service_pb2.DESCRIPTOR.message_types_by_name[model.__name__]
    return descriptor


def isolated(read: Callable[[Any], GenerateNotificationRequest], entry: Any) -> BatchEntry:
    """Read one request of a batch."""
    try:
        return read(entry)
    except InvalidInput as refused:
        return refused


def check_size(requests: Sequence[Any], max_items: int | None) -> None:
    """Raises InvalidInput for more requests than a batch may have."""
    if max_items is not None and len(requests) > max_items:
        raise InvalidInput([Violation("requests", f"{len(requests)} exceed this service's limit of {max_items}")])


def _from_fields(model: type[M], fields: dict[str, Any]) -> M:
    """Read the set fields of a message."""
    if model is BatchGenerateNotificationsRequest:
        read = partial(_validated, GenerateNotificationRequest)
        entries = [isolated(read, entry) for entry in fields.get("requests", ())]
        fields = {**fields, "requests": entries}
    return _validated(model, fields)


def _validated(model: type[M], fields: Any, wrong: Sequence[Violation] = ()) -> M:
    bounded, too_long = _bounded(model, fields, "")
    refusals = [*wrong, *too_long]
    try:
        read = model.model_validate(bounded)
    except ValidationError as error:
        refusals += violations(error, model)
    if not refusals:
        return read
    refused = InvalidInput(refusals)
    own = fields.get("request_id") if isinstance(fields, Mapping) else None
    if isinstance(own, str) and len(own) <= MAX_NAME and own.isprintable():
        refused.request_id = own
    raise refused


def _bounded(model: type[BaseModel], fields: Any, path: str) -> tuple[Any, list[Violation]]:
    """Take out lists that are too long, before any entry is looked at."""
    if not isinstance(fields, dict):
        return fields, []
    bounded, refusals = dict(fields), list[Violation]()
    for name, value in fields.items():
        info = model.model_fields.get(name)
        if info is None:
            continue
        kind, at = bare(info.annotation), at_field(path, name)
        limit = next((m.max_length for m in info.metadata if isinstance(m, MaxLen)), None)
        if limit is not None and isinstance(value, list | tuple | dict) and len(value) > limit:
            refusals.append(Violation(at, f"has {len(value)} entries, at most {limit} are allowed"))
            del bounded[name]
            if info.is_required():
                bounded[name] = list(value)[:1]
        elif isinstance(kind, type) and issubclass(kind, BaseModel):
            bounded[name], inside = _bounded(kind, value, at)
            refusals += inside
    return bounded, refusals
