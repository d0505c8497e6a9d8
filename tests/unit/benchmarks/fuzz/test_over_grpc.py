"""Calls over gRPC: messages, methods and metadata that are wrong."""

from __future__ import annotations

from itertools import islice
from random import Random

from google.protobuf.message import DecodeError

from benchmarks.fuzz.over_grpc import attempts, packed, plain_messages
from pushgen.v1 import service_pb2


def test_the_plain_messages_are_the_examples() -> None:
    for rpc, data in plain_messages():
        getattr(service_pb2, f"{rpc}Request").FromString(data)
    assert packed("RouteItem", {"item": {"title": "A cat"}}) == b"\x0a\x07\x1a\x05A cat"


def test_some_messages_can_be_parsed_and_some_cannot() -> None:
    parsed = broken = 0
    for attempt in islice(attempts(Random(3)), 400):
        if attempt.kind != "message":
            continue
        try:
            getattr(service_pb2, attempt.path.rpartition("/")[2] + "Request").FromString(attempt.payload)
            parsed += 1
        except DecodeError:
            broken += 1
    assert min(parsed, broken) > 20


def test_methods_and_metadata_are_wrong_too() -> None:
    sent = list(islice(attempts(Random(3)), 400))
    assert {a.kind for a in sent} == {"message", "method", "metadata", "text", "picture"}
    assert any("Health" in a.path for a in sent)
    assert all(a.metadata for a in sent if a.kind == "metadata")
