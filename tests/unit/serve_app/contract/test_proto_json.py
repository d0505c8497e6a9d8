"""ProtoJSON: whatever protobuf writes of a request is read as it; what it would refuse is refused in words."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from google.protobuf import json_format
from hypothesis import given, settings
from hypothesis import strategies as st

from deployments.errors import InvalidInput
from pushgen.v1 import service_pb2
from serve_app.contract import messages, proto_json, requests
from serve_app.contract.codec import to_message
from tests.unit.serve_app.contract.samples import MESSAGES, MODELS, of_model

SPELLINGS = [
    dict(
        zip(
            ("preserving_proto_field_name", "use_integers_for_enums", "always_print_fields_with_no_presence"),
            s,
            strict=True,
        )
    )
    for s in itertools.product([False, True], repeat=3)
]


@pytest.mark.parametrize("name", [name for name in MODELS if name.endswith("Request")])
@pytest.mark.parametrize("spelling", SPELLINGS, ids=lambda s: "".join(str(int(v)) for v in s.values()))
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_what_protobuf_writes_is_read(name: str, spelling: dict[str, bool], data: Any) -> None:
    model = data.draw(of_model(MODELS[name]))
    text = json_format.MessageToJson(to_message(model, MESSAGES[name]), **spelling)
    assert requests.parse_json(MODELS[name], text) == model


REQUEST = messages.GenerateNotificationRequest


def read(**fields: Any) -> Any:
    return requests.parse_json(REQUEST, json.dumps({"item": {"title": "t"}} | fields))


@pytest.mark.parametrize(
    ("options", "name", "expected"),
    [
        ({"seed": "7"}, "seed", 7),
        ({"seed": 7.0}, "seed", 7),
        ({"seed": "1e2"}, "seed", 100),
        ({"seed": 1e2}, "seed", 100),
        ({"seed": None}, "seed", None),
        ({"maxCategories": 2}, "max_categories", 2),
        ({"max_categories": "2"}, "max_categories", 2),
        ({"temperature": "0.5"}, "temperature", 0.5),
        ({"temperature": 1}, "temperature", 1.0),
        ({"priority": 2}, "priority", "PRIORITY_BACKFILL"),
        ({"priority": 0}, "priority", "PRIORITY_REALTIME"),
        ({"priority": "PRIORITY_UNSPECIFIED"}, "priority", "PRIORITY_REALTIME"),
        ({"priority": None}, "priority", "PRIORITY_REALTIME"),
        ({"outputFields": [2, "OUTPUT_FIELD_TITLE"]}, "output_fields", ("OUTPUT_FIELD_BODY", "OUTPUT_FIELD_TITLE")),
        ({"outputFields": None}, "output_fields", ()),
        ({"allowDegradation": False}, "allow_degradation", False),
        (None, "seed", None),
    ],
)
def test_spellings_of_a_value(options: Any, name: str, expected: Any) -> None:
    assert getattr(read(options=options).options, name) == expected


@pytest.mark.parametrize(
    ("options", "field", "description"),
    [
        ({"allow_degradation": "yes"}, "allow_degradation", "must be true or false"),
        ({"allow_degradation": "true"}, "allow_degradation", "must be true or false"),
        ({"allow_degradation": 1}, "allow_degradation", "must be true or false"),
        ({"seed": True}, "seed", "must be a whole number, not true"),
        ({"seed": ""}, "seed", "must be a whole number, not ''"),
        ({"seed": " 7"}, "seed", "must be a whole number, not ' 7'"),
        ({"seed": "1_000"}, "seed", "must be a whole number, not '1_000'"),
        ({"seed": "0x10"}, "seed", "must be a whole number, not '0x10'"),
        ({"seed": 1.5}, "seed", "must be a whole number, not 1.5"),
        ({"seed": "1e999"}, "seed", "must be a whole number, not '1e999'"),
        ({"seed": [7]}, "seed", "must be a whole number, not a list"),
        ({"seed": 2**31}, "seed", "must be at most 2147483647"),
        ({"seed": str(2**63)}, "seed", "must be at most 2147483647"),
        ({"temperature": "NaN"}, "temperature", "must be finite, not 'NaN'"),
        ({"temperature": "-Infinity"}, "temperature", "must be finite, not '-Infinity'"),
        ({"temperature": "nan"}, "temperature", "must be a number, not 'nan'"),
        ({"temperature": False}, "temperature", "must be a number, not false"),
        ({"margin": "warm"}, "margin", "must be a number, not 'warm'"),
        ({"priority": True}, "priority", "must be a name or a number of Priority"),
        ({"priority": 9}, "priority", "unknown value 9; known: PRIORITY_REALTIME, PRIORITY_BACKFILL"),
        ({"priority": 1.5}, "priority", "unknown value 1.5; known: PRIORITY_REALTIME, PRIORITY_BACKFILL"),
        ({"priority": []}, "priority", "unknown value a list; known: PRIORITY_REALTIME, PRIORITY_BACKFILL"),
        ({"seed": 1, "Seed": 1}, "Seed", "unknown field; did you mean 'seed'?"),
        (
            {"maxCategories": 1, "max_categories": 1},
            "max_categories",
            "is given more than once: as max_categories and as maxCategories",
        ),
    ],
)
def test_what_protojson_refuses(options: Any, field: str, description: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(options=options)
    assert caught.value.violations == [(f"options.{field}", description)]


@pytest.mark.parametrize("name", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_json_does_not_have_are_named_with_their_field(name: str) -> None:
    for field in ("temperature", "margin"):
        with pytest.raises(InvalidInput) as caught:
            requests.parse_json(REQUEST, f'{{"item": {{}}, "options": {{"{field}": {name}}}}}')
        assert caught.value.violations[0].field == f"options.{field}"
        assert "must be finite" in caught.value.violations[0].description


@pytest.mark.parametrize("field", ["seed", "temperature", "time_budget_ms", "margin", "priority", "length_profile"])
@pytest.mark.parametrize(
    "number", ["1" + "0" * 5000, "-1" + "0" * 5000, "0." + "1" * 5000 + "e5000", '"1' + "0" * 5000 + '"']
)
def test_very_long_numbers_are_refused_as_others(field: str, number: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        requests.parse_json(REQUEST, f'{{"item": {{}}, "options": {{"{field}": {number}}}}}')
    assert [v.field for v in caught.value.violations] == [f"options.{field}"]
    assert len(caught.value.message) < 300


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b'{"item": ', b"{} {}", b"{'item': 1}", b"{a: 1}", b"[" * 100_000, b'{"a":' * 100_000, b"\xff\xfe{}",
        b'{"item": {"title": "a\nb"}}', b"nul", b"01", "{}".encode("utf-16"),
    ],
    ids=lambda body: repr(body[:12]),
)  # fmt: skip
def test_what_is_not_json(body: bytes) -> None:
    with pytest.raises(InvalidInput, match=r"^request: is not JSON: "):
        requests.parse_json(REQUEST, body)


@pytest.mark.parametrize("depth", [50, 700, 900, 960, 980])
@pytest.mark.parametrize(
    "place", ['{"item": %s}', '{"item": {"title": %s}}', '{"item": {}, "options": {"seed": %s}}', '{"x": %s}']
)
def test_deep_values_are_refused_in_words(place: str, depth: int) -> None:
    for nested in ("[" * depth + "]" * depth, '{"a":' * depth + "1" + "}" * depth):
        with pytest.raises(InvalidInput):
            requests.parse_json(REQUEST, place % nested)


def test_a_byte_order_mark_and_lone_surrogates() -> None:
    assert read(item={"title": "\ud83c\udf89"}).item.title == "\U0001f389"
    assert requests.parse_json(REQUEST, b'\xef\xbb\xbf{"item": {"title": "t"}}').item.title == "t"
    for title in (b"\\ud83c", b"Caf\xe9", b"\xed\xa0\xbc", b"\\udf89\\ud83c"):
        with pytest.raises(InvalidInput) as caught:
            requests.parse_json(REQUEST, b'{"item": {"title": "%s"}}' % title)
        assert [v.field for v in caught.value.violations] == ["item.title"]
        assert "must be valid Unicode" in caught.value.violations[0].description


def test_both_sources_of_an_image_are_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        read(item={"images": [{"data": "AAAA", "url": "https://x/y.jpg"}, {"data": "AAAA", "url": None}]})
    assert caught.value.violations == [("item.images[0]", "has both data and url: set one of them")]


def test_mistakes_of_every_kind_are_named_together() -> None:
    with pytest.raises(InvalidInput) as caught:
        read(item={"titel": "x", "tags": ["t" * 65]}, options={"seed": True, "margin": 3}, extra={})
    fields = {v.field for v in caught.value.violations}
    assert fields == {"item.titel", "item.tags[0]", "options.seed", "options.margin", "extra"}


def test_a_dictionary_of_python_may_have_models_and_bytes_inside() -> None:
    image = {"data": b"x", "altText": "a"}
    made = requests.parse_value(REQUEST, {"item": {"images": (image,)}, "recentCopies": [messages.Copy(title="c")]})
    assert (made.item.images[0].data, made.item.images[0].alt_text) == (b"x", "a")
    assert made.recent_copies[0].title == "c"
    assert requests.parse_value(REQUEST, made) is made
    with pytest.raises(InvalidInput, match="unknown field"):
        requests.parse_value(REQUEST, {5: "x", "item": {}})
    with pytest.raises(InvalidInput, match="must be finite, not so large a number"):
        requests.parse_value(REQUEST, {"item": {}, "options": {"margin": 10**5000}})


def test_every_message_of_a_request_has_its_fields_under_both_names() -> None:
    for name in MODELS:
        for field in MESSAGES[name].DESCRIPTOR.fields:
            assert proto_json._fields(MESSAGES[name].DESCRIPTOR)[field.json_name] is field
    assert (
        proto_json._fields(service_pb2.GenerateNotificationRequest.DESCRIPTOR)["recentCopies"].name == "recent_copies"
    )
