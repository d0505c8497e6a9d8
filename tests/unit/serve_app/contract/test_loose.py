"""Bytes that protobuf refuses to parse: the field whose text is not UTF-8 is named."""

from __future__ import annotations

from typing import Any

import pytest

from deployments.errors import InvalidInput
from pushgen.v1 import item_pb2, service_pb2
from serve_app.contract import messages, requests
from serve_app.contract.messages import BatchGenerateNotificationsRequest, GenerateNotificationRequest

HALF_AN_EMOJI = "\ud83c".encode("utf-8", "surrogatepass")


def with_bytes(message: Any, text: str, raw: bytes) -> bytes:
    """Put raw bytes of the same length into a serialized text."""
    assert len(text) == len(raw)
    return bytes(message.SerializeToString().replace(text.encode(), raw))


@pytest.mark.parametrize(
    ("item", "field"),
    [
        ({"title": "@@@"}, "item.title"),
        ({"metadata": {"k": "@@@"}}, 'item.metadata["k"]'),
        ({"metadata": {"@@@": "v"}}, 'item.metadata["\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd"]'),
        ({"tags": ["a", "@@@"]}, "item.tags[1]"),
        ({"images": [{"alt_text": "@@@"}]}, "item.images[0].alt_text"),
    ],
)
def test_text_that_is_not_utf8_is_the_violation_of_its_field(item: dict[str, Any], field: str) -> None:
    good = service_pb2.GenerateNotificationRequest(item=item_pb2.Item(title="t", metadata={"a": "b"}))
    bad = service_pb2.GenerateNotificationRequest(item=item_pb2.Item(**item), request_id="mine")
    kind = service_pb2.GenerateNotificationRequest
    with pytest.raises(InvalidInput) as caught:
        requests.parse_bytes(GenerateNotificationRequest, kind, with_bytes(bad, "@@@", HALF_AN_EMOJI))
    assert [v.field for v in caught.value.violations] == [field]
    assert "must be valid Unicode" in caught.value.violations[0].description
    assert caught.value.request_id == "mine"
    batch = service_pb2.BatchGenerateNotificationsRequest(requests=[good, bad])
    first, refused = requests.parse_bytes(
        BatchGenerateNotificationsRequest, type(batch), with_bytes(batch, "@@@", b"\xff\xfe\xfd")
    ).requests
    assert first == requests.parse(GenerateNotificationRequest, good)
    assert isinstance(refused, InvalidInput)


@pytest.mark.parametrize("data", [b"\xff", b"hello", b'{"item": {}}', b"\x0a\xff\xff\xff\xff\x0f", b"\x00" * 9])
@pytest.mark.parametrize("rpc", ["GenerateNotification", "BatchGenerateNotifications", "ScoreCopies"])
def test_bytes_that_are_no_message(data: bytes, rpc: str) -> None:
    model, kind = getattr(messages, f"{rpc}Request"), getattr(service_pb2, f"{rpc}Request")
    with pytest.raises(InvalidInput, match=f"request: these bytes are no message pushgen.v1.{rpc}Request"):
        requests.parse_bytes(model, kind, data)


def test_bytes_inside_a_batch_that_are_no_message_are_refused_alone() -> None:
    good = service_pb2.GenerateNotificationRequest(item=item_pb2.Item(title="t"))
    placeholder = service_pb2.GenerateNotificationRequest(request_id="@@@")
    batch = service_pb2.BatchGenerateNotificationsRequest(requests=[good, placeholder, good], request_id="all")
    data = batch.SerializeToString().replace(placeholder.SerializeToString(), b"\xff" * 5)
    read = requests.parse_bytes(BatchGenerateNotificationsRequest, type(batch), data)
    assert read.request_id == "all"
    assert [isinstance(r, InvalidInput) for r in read.requests] == [False, True, False]
    with pytest.raises(InvalidInput, match="exceed this service's limit of 2"):
        requests.parse_bytes(BatchGenerateNotificationsRequest, type(batch), data, 2)
    bad_id = data.replace(b"all", b"\xff\xff\xff")
    with pytest.raises(InvalidInput, match="request_id: must be valid Unicode"):
        requests.parse_bytes(BatchGenerateNotificationsRequest, type(batch), bad_id)
