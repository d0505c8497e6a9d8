"""The codec between proto messages and contract models, and that both sides say the same."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable
from enum import StrEnum
from types import NoneType
from typing import Any, get_args, get_origin

import annotated_types
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from deployments import types
from deployments.errors import InvalidInput, PushGenError
from pushgen.v1 import decision_pb2, item_pb2, service_pb2
from serve_app.contract import codec as wire
from serve_app.contract import messages

MODULES = (decision_pb2, item_pb2, service_pb2)
MESSAGES = {name: m for mod in MODULES for name in mod.DESCRIPTOR.message_types_by_name for m in [getattr(mod, name)]}
ENUMS = {name: enum for mod in MODULES for name, enum in mod.DESCRIPTOR.enum_types_by_name.items()}
# The one message that has no model: the core answers (index, Decision | PushGenError).
WITHOUT_MODEL = {"BatchGenerateNotificationsResponse"}
RENAMED = {"LengthProfileInfo": types.LengthProfile}
MODELS: dict[str, type[BaseModel]] = {
    name: RENAMED.get(name) or getattr(messages, name, None) or getattr(types, name)
    for name in MESSAGES
    if name not in WITHOUT_MODEL
}


def bare(kind: Any) -> Any:
    return wire._bare(kind)


def fits(kind: Any, field: Any) -> bool:
    """Whether a model's annotation says what the proto's field says."""
    kind = bare(kind)
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        return get_origin(kind) is dict
    if field.is_repeated:
        return get_origin(kind) is tuple and fits_one(bare(get_args(kind)[0]), field)
    return fits_one(kind, field)


def fits_one(kind: Any, field: Any) -> bool:
    if field.message_type is not None:
        return kind is MODELS[field.message_type.name]
    if field.enum_type is not None:
        return issubclass(kind, StrEnum) and kind.__name__ == field.enum_type.name
    python = {field.TYPE_STRING: str, field.TYPE_BYTES: bytes, field.TYPE_BOOL: bool, field.TYPE_DOUBLE: float}
    return kind is python.get(field.type, int)


@pytest.mark.parametrize("name", MODELS)
def test_model_and_message_have_the_same_fields(name: str) -> None:
    model, descriptor = MODELS[name], MESSAGES[name].DESCRIPTOR
    assert set(model.model_fields) == set(descriptor.fields_by_name)
    for field in descriptor.fields:
        assert fits(model.model_fields[field.name].annotation, field), f"{name}.{field.name}"


@pytest.mark.parametrize("name", MODELS)
def test_presence_is_optional_in_the_model(name: str) -> None:
    model, descriptor = MODELS[name], MESSAGES[name].DESCRIPTOR
    for field in descriptor.fields:
        nullable = NoneType in get_args(model.model_fields[field.name].annotation)
        declared = field.has_presence and (field.containing_oneof is not None)  # `optional`, or one of a oneof
        assert nullable == declared, f"{name}.{field.name}"


@pytest.mark.parametrize("name", ENUMS)
def test_enums_have_the_same_values(name: str) -> None:
    values = [v.name for v in ENUMS[name].values]
    assert values[0].endswith("_UNSPECIFIED")
    assert [v.value for v in getattr(types, name)] == values[1:]


def test_every_contract_model_is_in_the_proto() -> None:
    ours = {
        m.__name__
        for m in vars(messages).values()
        if isinstance(m, type) and issubclass(m, BaseModel) and m.__module__ == messages.__name__
    }
    assert ours <= set(MODELS)


# --- round trips ------------------------------------------------------------------------------------------------------


def of_field(info: FieldInfo, kind: Any) -> st.SearchStrategy[Any]:
    optional = NoneType in get_args(kind)
    low = max((m.ge for m in info.metadata if isinstance(m, annotated_types.Ge)), default=0)
    shortest = max((m.min_length for m in info.metadata if isinstance(m, annotated_types.MinLen)), default=0)
    value = of_kind(bare(kind), low, shortest)
    return st.none() | value if optional else value


def of_kind(kind: Any, low: float = 0, shortest: int = 0) -> st.SearchStrategy[Any]:
    if get_origin(kind) is dict:
        return st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=8), max_size=3)
    if get_origin(kind) is tuple:
        return st.lists(of_kind(bare(get_args(kind)[0])), min_size=shortest, max_size=2).map(tuple)
    if issubclass(kind, StrEnum):
        return st.sampled_from(list(kind))
    if issubclass(kind, BaseModel):
        return of_model(kind)
    plain = {
        str: st.text(max_size=12),
        bytes: st.binary(max_size=8),
        bool: st.booleans(),
        int: st.integers(int(low), 500),
        float: st.floats(0, 1, exclude_max=True).map(lambda x: x / 2),  # within every bound there is
    }
    return plain[kind]


def of_model(model: type[BaseModel]) -> st.SearchStrategy[Any]:
    if model is messages.StreamNotificationResponse:
        event = st.one_of(*(of_model(m) for m in get_args(messages.Event)))
        return st.builds(messages.StreamNotificationResponse.of, st.integers(1, 9), event)
    fields = {name: of_field(info, info.annotation) for name, info in model.model_fields.items()}
    if model is types.Image:
        fields["data"], fields["url"] = st.binary(max_size=8), st.none()
    return st.builds(model, **fields)


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_round_trip_through_the_bytes(name: str, data: Any) -> None:
    model = data.draw(of_model(MODELS[name]))
    message = MESSAGES[name].FromString(wire.to_message(model, MESSAGES[name]).SerializeToString())
    assert wire.from_message(MODELS[name], message) == model


@settings(max_examples=60, deadline=None)
@given(request=of_model(messages.GenerateNotificationRequest))
def test_the_service_reads_what_the_client_wrote(request: messages.GenerateNotificationRequest) -> None:
    message = wire.to_message(request, service_pb2.GenerateNotificationRequest)
    if any(not frame.data for frame in request.item.frames):  # a frame without its bytes is a mistake, not a frame
        with pytest.raises(InvalidInput, match="data: a value is required"):
            wire.parse(messages.GenerateNotificationRequest, message)
    else:
        assert wire.parse(messages.GenerateNotificationRequest, message) == request


# --- presence, oneofs, unknowns ---------------------------------------------------------------------------------------


def test_to_dict_has_what_is_set_and_nothing_else() -> None:
    message = item_pb2.Item(title="t", metadata={"k": "v"}, images=[item_pb2.Image(data=b"")])
    assert wire.to_dict(message) == {"title": "t", "metadata": {"k": "v"}, "images": [{"data": b""}]}
    assert wire.to_dict(item_pb2.Options(margin=0.0)) == {"margin": 0.0}
    assert wire.to_dict(item_pb2.Options()) == {}


def test_an_answer_of_a_newer_service_is_named() -> None:
    message = decision_pb2.Caption(text="x", source=99)
    with pytest.raises(PushGenError, match="source: unknown value 99"):
        wire.from_message(types.Caption, message)


def test_a_number_beyond_32_bits_is_named() -> None:
    request = messages.GenerateNotificationRequest(
        item=types.Item(frames=(types.VideoFrame(data=b"x", offset_ms=2**40),)),
        options=types.Options(max_categories=2**31),
    )
    with pytest.raises(InvalidInput) as caught:
        wire.to_message(request, service_pb2.GenerateNotificationRequest)
    assert [v.field for v in caught.value.violations] == ["item.frames[0].offset_ms", "options.max_categories"]


# --- violations -------------------------------------------------------------------------------------------------------


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
        wire.parse(messages.GenerateNotificationRequest, message)
    described = dict(caught.value.violations)
    assert described == {
        f'item.metadata["{"k" * 65}"]': "has 65 characters, at most 64 are allowed",
        'item.metadata["long"]': "has 10001 characters, at most 10000 are allowed",
        "item.tags[1]": "has 65 characters, at most 64 are allowed",
        "item.images[0].alt_text": "has 501 characters, at most 500 are allowed",
        "item.frames[0].data": "a value is required",
        "item.frames[0].offset_ms": "must be at least 0",
        "options.time_budget_ms": "must be at least 1",
        "options.temperature": "must be at most 2",
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
        ('{"item": ', "request", "is not JSON: EOF while parsing a value at line 1 column 9"),
    ],
)
def test_json_violations(body: str, field: str, description: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        wire.parse_json(messages.GenerateNotificationRequest, body)
    assert caught.value.violations == [(field, description)]


def test_an_empty_list_that_needs_an_entry() -> None:
    with pytest.raises(InvalidInput, match="copies: a value is required"):
        wire.parse(messages.ScoreCopiesRequest, service_pb2.ScoreCopiesRequest(item=item_pb2.Item(title="t")))
    with pytest.raises(InvalidInput, match="copies: needs at least 1 entry"):
        wire.parse_json(messages.ScoreCopiesRequest, '{"item": {}, "copies": []}')


def test_a_long_list_is_counted() -> None:
    body = {"item": {"tags": ["a"] * 100}, "recent_copies": [{"title": "a"}] * 1000}
    with pytest.raises(InvalidInput, match=r"item\.tags: has 100 entries, .* recent_copies: has 1000 entries"):
        wire.parse_json(messages.GenerateNotificationRequest, json.dumps(body))
    with pytest.raises(ValidationError) as caught:
        messages.ScoreCopiesRequest(item=types.Item(), copies=(types.Copy(title="a") for _ in range(1000)))  # type: ignore[arg-type]
    (violation,) = wire.violations(caught.value, messages.ScoreCopiesRequest)
    assert "None" not in violation.description


def test_quoted_values_are_short() -> None:
    with pytest.raises(InvalidInput) as caught:
        wire.parse_json(messages.CaptionItemRequest, '{"item": {}, "priority": "' + "x" * 5000 + '"}')
    assert len(caught.value.violations[0].description) < 200


@pytest.mark.parametrize("size", [0, 1, 2, 3, 196_607, 196_608, 196_609, 500_000])
@pytest.mark.parametrize("alphabet", [base64.b64encode, base64.urlsafe_b64encode])
def test_base64_of_any_length_and_both_alphabets(size: int, alphabet: Callable[[bytes], bytes]) -> None:
    data = random.Random(size).randbytes(size)
    body = json.dumps({"item": {"images": [{"data": alphabet(data).decode()}]}})
    assert wire.parse_json(messages.CaptionItemRequest, body).item.images[0].data == data


@pytest.mark.parametrize(
    "text", ["A", "AA", "AAA", "AA=A", "AA==AAAA", "A" * 262_142 + "==AAAA", "=", "====", "AA AA", "é"]
)
def test_what_is_not_base64_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="is not base64"):
        wire.parse_json(messages.CaptionItemRequest, json.dumps({"item": {"images": [{"data": text}]}}))
