"""Requests with too many values are refused by their count; what is only large is not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from google.protobuf.message import DecodeError

from deployments.errors import InvalidInput
from pushgen.v1 import service_pb2
from serve_app.contract.size import MAX_VALUES, check_json, check_message

BATCH, SINGLE = service_pb2.BatchGenerateNotificationsRequest, service_pb2.GenerateNotificationRequest
MANY = MAX_VALUES + 1


def field(number: int, content: bytes) -> bytes:
    """A length-delimited field."""
    length, size = len(content), b""
    while length > 127:
        size, length = size + bytes([length & 127 | 128]), length >> 7
    return bytes([number << 3 | 2]) + size + bytes([length]) + content


@pytest.mark.parametrize(
    ("message", "data"),
    [
        (BATCH, field(1, b"") * MANY),
        (BATCH, field(1, field(1, field(5, b"") * MANY))),
        (SINGLE, field(1, field(5, b"")) * MANY),
        (SINGLE, field(1, field(7, field(1, b"k")) * MANY)),
        (SINGLE, field(4, field(6, b"\1" * 2 * MANY))),  # packed: a byte each
        (SINGLE, b"\x7a\0" * MANY),  # of no field that there is
        (SINGLE, b"\x7b" * 2 * MANY),  # groups, which proto3 has not
    ],
)
def test_very_many_fields_are_refused_at_any_depth(message: Any, data: bytes) -> None:
    with pytest.raises(InvalidInput, match=f"more than {MAX_VALUES} values"):
        check_message(data, message.DESCRIPTOR)


@pytest.mark.parametrize(
    "message",
    [
        SINGLE(item={"images": [{"data": bytes(10 * 2**20)}] * 8}),
        SINGLE(item={"description": "a," * 10**6}),
        BATCH(requests=[SINGLE(item={"tags": ["x"] * 64, "description": "y" * 2000})] * 256),
    ],
)
def test_what_is_large_with_few_fields_passes(message: Any) -> None:
    check_message(message.SerializeToString(), message.DESCRIPTOR)


@pytest.mark.parametrize("data", [b"\xff" * 2**20, field(1, b"\xff" * 2**20), b"\n" * 2**20])
def test_what_is_malformed_is_the_parsers_to_refuse(data: bytes) -> None:
    check_message(data, SINGLE.DESCRIPTOR)
    with pytest.raises(DecodeError):
        SINGLE.FromString(data)


@pytest.mark.parametrize(
    "body",
    [
        b"[" + b"0," * MANY + b"0]",
        b"[" + b"[]," * MANY + b"0]",
        b'{"a":' * MANY,
        b"[" * MANY * 2,
        "[" + "é," * MANY + "0]",
    ],
)
def test_very_many_values_of_json_are_refused(body: bytes | str) -> None:
    with pytest.raises(InvalidInput, match=f"more than {MAX_VALUES} values"):
        check_json(body)


def test_large_json_with_few_values_passes() -> None:
    check_json(json.dumps({"item": {"images": [{"data": "A" * 14 * 2**20}]}}).encode())
    check_json(b"[" + b"0," * (MAX_VALUES - 1) + b"0]")
    check_json(json.dumps({"item": {"description": "a, b " * 40_000}}))
