"""Requests as models: violations in a caller's words, base64, batches, and bounded work."""

from __future__ import annotations

import base64
import json
import random
import textwrap
import time
from collections.abc import Callable
from typing import Any

import pytest

from deployments.errors import MAX_VIOLATIONS, InvalidInput
from pushgen.v1 import item_pb2, service_pb2
from serve_app.contract import messages, requests
from serve_app.contract.messages import BatchGenerateNotificationsRequest, GenerateNotificationRequest


def test_every_violation_has_its_path_as_the_proto_writes_it() -> None:
    message = service_pb2.GenerateNotificationRequest(
        item=item_pb2.Item(
            metadata={"k" * 65: "v", "long": "x" * 10_001},
            tags=["fine", "t" * 65],
            images=[item_pb2.Image(alt_text="a" * 501)],
            frames=[item_pb2.VideoFrame(offset_ms=-1)],
        ),
        options=item_pb2.Options(time_budget_ms=-5, temperature=float("nan"), output_fields=[9], priority=7),
    )
    with pytest.raises(InvalidInput) as caught:
        requests.parse(messages.GenerateNotificationRequest, message)
    described = dict(caught.value.violations)
    assert described == {
        f'item.metadata["{"k" * 65}"]': "has 65 characters, at most 64 are allowed",
        'item.metadata["long"]': "has 10001 characters, at most 10000 are allowed",
        "item.tags[1]": "has 65 characters, at most 64 are allowed",
        "item.images[0].alt_text": "has 501 characters, at most 500 are allowed",
        "item.frames[0].data": "a value is required",
        "item.frames[0].offset_ms": "must be at least 0",
        "options.time_budget_ms": "must be at least 1",
        "options.temperature": "must be finite, not nan",
        "options.output_fields[0]": "unknown value 9; known: OUTPUT_FIELD_TITLE, OUTPUT_FIELD_BODY",
        "options.priority": "unknown value 7; known: PRIORITY_REALTIME, PRIORITY_BACKFILL",
    }


MARGIN = (
    "must be at least 0 and below 0.5: it is the win probability above one half that a candidate needs to replace an "
    "incumbent"
)


@pytest.mark.parametrize(
    ("body", "field", "description"),
    [
        ("{}", "item", "a value is required"),
        ("[]", "request", "must be an object"),
        ('{"item": {"titel": "x"}}', "item.titel", "unknown field; did you mean 'title'?"),
        ('{"item": {"images": [{"data": "%%"}]}}', "item.images[0].data", "is not base64"),
        ('{"item": {"images": [{"data": 5}]}}', "item.images[0].data", "must be base64 text"),
        ('{"item": {"metadata": {"a]\\"b": 5}}}', 'item.metadata["a]\\"b"]', "must be text"),
        ('{"item": {"metadata": {"[key]": 5}}}', 'item.metadata["[key]"]', "must be text"),
        ('{"item": {"tags": "x"}}', "item.tags", "must be a list"),
        ('{"item": {}, "options": {"seed": 1.5}}', "options.seed", "must be a whole number, not 1.5"),
        ('{"item": {}, "options": {"margin": "much"}}', "options.margin", "must be a number, not 'much'"),
        ('{"item": {}, "options": {"margin": 0.5}}', "options.margin", MARGIN),
        ('{"item": {}, "options": {"margin": -0.1}}', "options.margin", MARGIN),
        ('{"item": {}, "options": {"allow_degradation": 3}}', "options.allow_degradation", "must be true or false"),
        ('{"item": ', "request", "is not JSON: Expecting value at line 1 column 10"),
    ],
)
def test_json_violations(body: str, field: str, description: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        requests.parse_json(messages.GenerateNotificationRequest, body)
    assert caught.value.violations == [(field, description)]


def test_an_empty_list_that_needs_an_entry() -> None:
    with pytest.raises(InvalidInput, match="copies: a value is required"):
        requests.parse(messages.ScoreCopiesRequest, service_pb2.ScoreCopiesRequest(item=item_pb2.Item(title="t")))
    with pytest.raises(InvalidInput, match="copies: needs at least 1 entry"):
        requests.parse_json(messages.ScoreCopiesRequest, '{"item": {}, "copies": []}')


def test_quoted_values_are_short() -> None:
    with pytest.raises(InvalidInput) as caught:
        requests.parse_json(messages.CaptionItemRequest, '{"item": {}, "priority": "' + "x" * 5000 + '"}')
    assert len(caught.value.violations[0].description) < 200


@pytest.mark.parametrize("size", [0, 1, 2, 3, 196_607, 196_608, 196_609, 500_000])
@pytest.mark.parametrize("alphabet", [base64.b64encode, base64.urlsafe_b64encode])
def test_base64_of_any_length_and_both_alphabets(size: int, alphabet: Callable[[bytes], bytes]) -> None:
    data = random.Random(size).randbytes(size)
    body = json.dumps({"item": {"images": [{"data": alphabet(data).decode()}]}})
    assert requests.parse_json(messages.CaptionItemRequest, body).item.images[0].data == data


@pytest.mark.parametrize("size", [1, 2, 3, 4, 57, 58, 1000])
@pytest.mark.parametrize("alphabet", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize(
    "written",
    [
        lambda text: text.rstrip("="),
        lambda text: text + "\n",
        lambda text: f" {text}\r\n",
        lambda text: "\n".join(textwrap.wrap(text, 76)) + "\n",
        lambda text: "\r\n".join(textwrap.wrap(text, 64)),
        lambda text: textwrap.indent("\n".join(textwrap.wrap(text.rstrip("="), 10)), "    "),
        lambda text: "\r".join(textwrap.wrap(text, 5)),
    ],
)
def test_base64_as_protobuf_and_mail_write_it(
    size: int, alphabet: Callable[[bytes], bytes], written: Callable[[str], str]
) -> None:
    data = random.Random(size).randbytes(size)
    body = {"item": {"frames": [{"data": written(alphabet(data).decode())}]}}
    assert requests.parse_value(messages.CaptionItemRequest, body).item.frames[0].data == data


@pytest.mark.parametrize(
    "text",
    ["A", "AAAAA", "AA=A", "AA==AAAA", "A" * 262_142 + "==AAAA", "=", "====", "AAA==", "AA AA", "\u00e9", "A*=="],
)
def test_what_is_not_base64_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        requests.parse_json(messages.CaptionItemRequest, json.dumps({"item": {"images": [{"data": text}]}}))
    assert caught.value.violations == [("item.images[0].data", "is not base64")]


def test_a_data_url_is_told_apart() -> None:
    with pytest.raises(InvalidInput, match="is a data URL, not base64: send what follows its comma"):
        requests.parse_value(
            messages.CaptionItemRequest, {"item": {"images": [{"data": "data:image/png;base64,AAAA"}]}}
        )


# --- batches ----------------------------------------------------------------------------------------------------------

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


# --- bytes of messages ------------------------------------------------------------------------------------------------

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
