"""The contract's messages with their models, and random models for property tests."""

from __future__ import annotations

from enum import StrEnum
from types import NoneType
from typing import Any, get_args, get_origin

import annotated_types
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from deployments import types
from pushgen.v1 import decision_pb2, item_pb2, service_pb2
from serve_app.contract import messages, violations

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


def of_field(info: FieldInfo, kind: Any) -> st.SearchStrategy[Any]:
    optional = NoneType in get_args(kind)
    low = max((m.ge for m in info.metadata if isinstance(m, annotated_types.Ge)), default=0)
    shortest = max((m.min_length for m in info.metadata if isinstance(m, annotated_types.MinLen)), default=0)
    value = of_kind(violations.bare(kind), low, shortest)
    return st.none() | value if optional else value


def of_kind(kind: Any, low: float = 0, shortest: int = 0) -> st.SearchStrategy[Any]:
    if get_origin(kind) is dict:
        return st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=8), max_size=3)
    if get_origin(kind) is tuple:
        return st.lists(of_kind(violations.bare(get_args(kind)[0])), min_size=shortest, max_size=2).map(tuple)
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
    if model is types.VideoFrame:  # without bytes it is a mistake
        fields["data"] = st.binary(min_size=1, max_size=8)
    return st.builds(model, **fields)
