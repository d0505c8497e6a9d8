"""Messages whose text is not UTF-8, such as half an emoji that JavaScript sends. Protobuf refuses to parse them whole.

They are read with every `string` as `bytes`, so that the field at fault can be named and the rest of a batch answered.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor, FileDescriptor
from google.protobuf.message import DecodeError, Message

from deployments.errors import InvalidInput, Violation
from serve_app.contract.codec import is_map, to_dict


def read(message_type: type[Message], data: bytes) -> dict[str, Any]:
    """Return the fields that are set, as `codec.to_dict`, with lone surrogates for bytes that are not UTF-8.

    Raises InvalidInput if the bytes are no such message in any case.
    """
    descriptor: Any = message_type.DESCRIPTOR
    loose_descriptor = _pool(descriptor.file).FindMessageTypeByName(descriptor.full_name)
    try:
        message = message_factory.GetMessageClass(loose_descriptor).FromString(data)
    except DecodeError:
        raise _no_message(descriptor) from None
    return _texts(to_dict(message), descriptor)


def envelope(message_type: type[Message], data: bytes) -> dict[str, Any]:
    """Return the fields that are set, with messages inside as their bytes: each may be read by itself.

    Raises InvalidInput.
    """
    descriptor: Any = message_type.DESCRIPTOR
    try:
        message = _envelope_type(descriptor).FromString(data)
    except DecodeError:
        raise _no_message(descriptor) from None
    values = to_dict(message)
    texts = {name for name, field in descriptor.fields_by_name.items() if field.type == FieldDescriptor.TYPE_STRING}
    return {name: _decoded(value) if name in texts else value for name, value in values.items()}


@cache
def _envelope_type(descriptor: Descriptor) -> type[Message]:
    file = descriptor_pb2.FileDescriptorProto(name="envelope", package="envelope", syntax="proto3")
    message = file.message_type.add()
    descriptor.CopyToProto(message)
    for field in message.field:
        if field.type in {field.TYPE_STRING, field.TYPE_MESSAGE}:
            field.type = field.TYPE_BYTES
            field.ClearField("type_name")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)  # type: ignore[no-untyped-call]
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"envelope.{descriptor.name}"))


def _no_message(descriptor: Descriptor) -> InvalidInput:
    return InvalidInput([Violation("request", f"these bytes are no message {descriptor.full_name}")])


def _decoded(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")


def _texts(values: dict[str, Any], descriptor: Any) -> dict[str, Any]:
    return {name: _text(value, descriptor.fields_by_name[name]) for name, value in values.items()}


def _text(value: Any, field: FieldDescriptor) -> Any:
    if is_map(field):
        entries = [_texts(entry, field.message_type) for entry in value]
        return {entry.get("key", ""): entry.get("value", "") for entry in entries}
    if isinstance(value, list):
        return [_one(entry, field) for entry in value]
    return _one(value, field)


def _one(value: Any, field: FieldDescriptor) -> Any:
    if field.message_type is not None:
        return _texts(value, field.message_type)
    return _decoded(value) if field.type == FieldDescriptor.TYPE_STRING else value


@cache
def _pool(file: FileDescriptor) -> descriptor_pool.DescriptorPool:
    pool, added = descriptor_pool.DescriptorPool(), set[str]()

    def add(source: FileDescriptor) -> None:
        if source.name in added:
            return
        added.add(source.name)
        for imported in source.dependencies:
            add(imported)
        proto = descriptor_pb2.FileDescriptorProto()
        source.CopyToProto(proto)
        for message in proto.message_type:
            _loosen(message)
        pool.Add(proto)  # type: ignore[no-untyped-call]

    add(file)
    return pool


def _loosen(message: descriptor_pb2.DescriptorProto) -> None:
    for field in message.field:
        if field.type == field.TYPE_STRING:
            field.type = field.TYPE_BYTES
    message.options.ClearField("map_entry")  # a map's key may not be bytes; as a list of entries it may
    for nested in message.nested_type:
        _loosen(nested)
