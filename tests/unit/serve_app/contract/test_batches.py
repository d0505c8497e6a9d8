"""Batches: each request is read by itself, and the work on one that is refused is bounded."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from deployments.errors import MAX_VIOLATIONS, InvalidInput
from pushgen.v1 import item_pb2, service_pb2
from serve_app.contract import requests
from serve_app.contract.messages import BatchGenerateNotificationsRequest, GenerateNotificationRequest

# (the request as JSON, the field that is named)
BAD_ENTRIES: list[tuple[Any, str]] = [
    ({"item": {"title": "t", "tags": ["t" * 65]}}, "item.tags[0]"),
    ({"item": {"title": "t" * 501}}, "item.title"),
    ({"item": {"title": 5}}, "item.title"),
    ({"item": {"titel": "x"}}, "item.titel"),
    ({"item": {"images": [{"data": "%"}]}}, "item.images[0].data"),
    ({"item": {"images": [{"data": "AAAA", "url": "https://x"}]}}, "item.images[0]"),
    ({"item": {"images": [{}] * 257}}, "item.images"),
    ({"item": {"title": "\ud83c"}}, "item.title"),
    ({"item": {"metadata": {"\ud83c": "x"}}}, 'item.metadata["\ufffd\ufffd\ufffd"]'),
    ({"item": {"title": "t"}, "options": {"priority": "SOON"}}, "options.priority"),
    ({"item": {"title": "t"}, "options": {"priority": 9}}, "options.priority"),
    ({"item": {"title": "t"}, "options": {"temperature": float("nan")}}, "options.temperature"),
    ({"item": {"title": "t"}, "options": {"seed": 2**40}}, "options.seed"),
    ({"item": {"title": "t"}, "request_id": "r" * 129}, "request_id"),
    ({"item": {"title": "t"}, "incumbents": [{"title": "t"}] * 300}, "incumbents"),
    ({"item": "text"}, "item"),
    ({"item": None}, "item"),
    ({}, "item"),
    (None, "request"),
    ([], "request"),
    ("text", "request"),
    (7, "request"),
]


@pytest.mark.parametrize(("bad", "field"), BAD_ENTRIES, ids=lambda v: str(v)[:40])
def test_a_bad_request_of_a_batch_is_refused_alone(bad: Any, field: str) -> None:
    good = {"item": {"title": "t"}}
    batch = requests.parse_json(BatchGenerateNotificationsRequest, json.dumps({"requests": [good, bad, good]}))
    first, refused, last = batch.requests
    assert isinstance(first, GenerateNotificationRequest)
    assert first == last
    assert isinstance(refused, InvalidInput)
    assert field in [v.field for v in refused.violations]
    for violation in refused.violations:
        violation.description.encode()
        violation.field.encode()


def test_twice_a_key_is_an_error_of_its_own_request() -> None:
    body = """{"requests": [{"item": {"title": "a", "title": "b"}}, {"item": {"metadata": {"k": "a", "k": "b"}}},
        {"item": {"title": "t"}, "requestId": "x", "request_id": "y"}, {"item": {"title": "t"}}]}"""
    *refused, good = requests.parse_json(BatchGenerateNotificationsRequest, body).requests
    assert isinstance(good, GenerateNotificationRequest)
    assert [r.violations[0].field for r in refused if isinstance(r, InvalidInput)] == [
        "item.title",
        'item.metadata["k"]',
        "request_id",
    ]


def test_a_refused_request_keeps_its_id() -> None:
    bad = [{"item": {}, "requestId": "mine", "x": 1}, {"item": {}, "request_id": "\ud83c"}, {"request_id": 5}]
    batch = requests.parse_json(BatchGenerateNotificationsRequest, json.dumps({"requests": bad}))
    assert [r.request_id for r in batch.requests] == ["mine", "", ""]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"requests": []}, "requests"),
        ({}, "requests"),
        ({"requests": None}, "requests"),
        ({"requests": 5}, "requests"),
        ({"requests": [{"item": {"title": "t"}}], "options": {}}, "options"),
        ({"requests": [{"item": {"title": "t"}}], "request_id": "r" * 129}, "request_id"),
        ({"requests": [{"item": {"title": "t"}}] * 4}, "requests"),
    ],
)
def test_a_fault_of_the_batch_itself_refuses_it_whole(body: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        requests.parse_json(BatchGenerateNotificationsRequest, json.dumps(body), max_items=3)
    assert [v.field for v in caught.value.violations] == [field]


def test_messages_too_are_read_one_by_one() -> None:
    good = service_pb2.GenerateNotificationRequest(item=item_pb2.Item(title="t"))
    bad = service_pb2.GenerateNotificationRequest(item=item_pb2.Item(tags=["t" * 65]), request_id="b")
    message = service_pb2.BatchGenerateNotificationsRequest(requests=[good, bad, good])
    for batch in (
        requests.parse(BatchGenerateNotificationsRequest, message),
        requests.parse_bytes(BatchGenerateNotificationsRequest, type(message), message.SerializeToString()),
    ):
        assert [type(r) for r in batch.requests] == [
            GenerateNotificationRequest,
            InvalidInput,
            GenerateNotificationRequest,
        ]
        assert batch.requests[1].request_id == "b"


# --- bounded work -----------------------------------------------------------------------------------------------------


def took_ms(work: Callable[[], Any]) -> float:
    """The least of some tries: other processes share the machine."""
    spent = []
    for _ in range(5):
        began = time.perf_counter()
        with pytest.raises(InvalidInput) as caught:
            work()
        spent.append(1000 * (time.perf_counter() - began))
        assert len(caught.value.violations) <= MAX_VIOLATIONS
        assert len(caught.value.message) < 20_000
    return min(spent)


def test_a_batch_of_very_many_is_refused_unread() -> None:
    message = service_pb2.BatchGenerateNotificationsRequest(
        requests=[service_pb2.GenerateNotificationRequest()] * 20_000
    )
    data, body = message.SerializeToString(), json.dumps({"requests": [{}] * 20_000})
    batch = BatchGenerateNotificationsRequest
    assert took_ms(lambda: requests.parse_bytes(batch, type(message), data, 256)) < 20
    assert took_ms(lambda: requests.parse_json(batch, body, 256)) < 40


@pytest.mark.parametrize(
    "body",
    [
        {"item": {}, "incumbents": [{"kind": 7}] * 8_000},
        {"item": {"images": [{"data": "%"}] * 8_000}},
        {"item": {"tags": [5] * 8_000}},
        {"item": {f"key{n}": n for n in range(8_000)}},
        {"item": {"metadata": {f"key{n}": n for n in range(8_000)}}},
        {"item": {"title": "t" * 10**6}},
        {"item": {}, "options": {"output_fields": ["x" * 100] * 8_000}},
    ],
    ids=lambda body: str(body)[:40],
)
def test_work_and_words_of_a_refusal_are_bounded(body: dict[str, Any]) -> None:
    text = json.dumps(body)
    assert took_ms(lambda: requests.parse_json(GenerateNotificationRequest, text)) < 60
