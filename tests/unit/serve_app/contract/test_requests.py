"""Requests as models: violations in a caller's words, base64, batches, and bounded work."""

from __future__ import annotations

import base64
import json
import random
import textwrap
from collections.abc import Callable

import pytest

from deployments.errors import InvalidInput
from pushgen.v1 import item_pb2, service_pb2
from serve_app.contract import messages, requests


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
