"""The codec between proto messages and contract models, and that both sides say the same."""

from __future__ import annotations

import pickle
from enum import StrEnum
from types import NoneType
from typing import Any, get_args, get_origin

import annotated_types
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from deployments import types
from pushgen.v1 import decision_pb2, item_pb2, service_pb2
from serve_app.contract import codec as wire
from serve_app.contract import messages, requests, violations
from tests.unit.serve_app.contract.samples import ENUMS, MESSAGES, MODELS, of_model


def fits(kind: Any, field: Any) -> bool:
    """Whether a model's annotation says what the proto's field says."""
    kind = violations.bare(kind)
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        return get_origin(kind) is dict
    if field.is_repeated:
        return get_origin(kind) is tuple and fits_one(violations.bare(get_args(kind)[0]), field)
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
    assert requests.parse(messages.GenerateNotificationRequest, message) == request


# --- presence, oneofs, unknowns ---------------------------------------------------------------------------------------


def test_to_dict_has_what_is_set_and_nothing_else() -> None:
    message = item_pb2.Item(title="t", metadata={"k": "v"}, images=[item_pb2.Image(data=b"")])
    assert wire.to_dict(message) == {"title": "t", "metadata": {"k": "v"}, "images": [{"data": b""}]}
    assert wire.to_dict(item_pb2.Options(margin=0.0)) == {"margin": 0.0}
    assert wire.to_dict(item_pb2.Options()) == {}


ANSWER_ENUMS = [name for name in ENUMS if issubclass(getattr(types, name), types.AnswerEnum)]
REQUEST_ENUMS = {"IncumbentKind", "OutputField", "Priority"}


def test_every_enum_is_of_requests_or_of_answers() -> None:
    assert set(ANSWER_ENUMS) == set(ENUMS) - REQUEST_ENUMS


@pytest.mark.parametrize("name", ANSWER_ENUMS)
def test_a_value_of_a_newer_service_is_kept(name: str) -> None:
    """Wherever an answer has the enum: with a number that is not known, and with none."""
    kind = getattr(types, name)
    prefix = ENUMS[name].values[0].name.removesuffix("UNSPECIFIED")
    holders = [(m, f) for m in MESSAGES.values() for f in m.DESCRIPTOR.fields if f.enum_type is ENUMS[name]]
    assert holders
    for message_type, field in holders:
        for number, word in ((77, "UNKNOWN_77"), (0, "UNSPECIFIED")):
            model = MODELS[message_type.DESCRIPTOR.name]
            message = message_type()
            if field.is_repeated:
                getattr(message, field.name).append(number)
            else:
                setattr(message, field.name, number)
            read = kind(wire.to_dict(message, answer=True)[field.name][0 if field.is_repeated else slice(None)])
            assert (read.name, read.value, read.is_known) == (word, prefix + word, False)
            assert pickle.loads(pickle.dumps(read)) == read  # noqa: S301
            holder = model.model_construct(**{field.name: (read,) if field.is_repeated else read})
            assert prefix + word in holder.model_dump_json()


def test_a_decision_of_a_newer_service_is_read_whole() -> None:
    message = decision_pb2.Decision(
        request_id="r", source=9, reason=99, degradations=[1, 6], caption={"text": "x", "source": 99},
        candidates=[{"id": "c1", "source": 7, "findings": [{"rule": "r", "severity": 5}]}],
        timings=[{"stage": 12}], revisions=[{"stage": 13, "kind": "new"}],
    )  # fmt: skip
    decision = wire.from_message(types.Decision, message)
    assert (decision.source, decision.reason) == ("SOURCE_UNKNOWN_9", "REASON_UNKNOWN_99")
    assert [d.name for d in decision.degradations] == ["CAPTION_FROM_METADATA", "UNKNOWN_6"]
    assert decision.candidates[0].findings[0].severity == "SEVERITY_UNKNOWN_5"
    assert types.Decision.model_validate_json(decision.model_dump_json()) == decision


@pytest.mark.parametrize("value", [3, "3", "SOURCE_NEW", "STAGE_UNKNOWN_3", "SOURCE_UNKNOWN_", ""])
def test_anything_else_is_no_value_of_an_answer(value: object) -> None:
    with pytest.raises(ValueError, match="is not a valid Source"):
        types.Source(value)


def integers(model: type[BaseModel]) -> list[tuple[str, str]]:
    fields = [
        (model.__name__, name) for name, info in model.model_fields.items() if violations.bare(info.annotation) is int
    ]
    parts = [violations.bare(info.annotation) for info in model.model_fields.values()]
    inner = [violations.bare(get_args(p)[0]) if get_origin(p) is tuple else p for p in parts]
    return fields + [f for p in inner if isinstance(p, type) and issubclass(p, BaseModel) for f in integers(p)]


@pytest.mark.parametrize("name", [name for name in MODELS if name.endswith("Request")])
def test_no_number_of_a_request_is_beyond_32_bits(name: str) -> None:
    for owner, field in integers(MODELS[name]):
        bounds = MODELS[owner].model_fields[field].metadata
        highest = [b.le for b in bounds if isinstance(b, annotated_types.Le)]
        assert highest == [types.MAX_INT32], f"{owner}.{field}"
