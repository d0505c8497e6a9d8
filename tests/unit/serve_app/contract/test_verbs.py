"""The table of verbs is the proto's service, and both protocols and the client have every row."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator
from typing import Any, get_origin, get_type_hints

import pytest
from fastapi.routing import APIRoute

from pushgen.v1 import service_pb2
from serve_app.client import AsyncPushGenClient, PushGenClient
from serve_app.contract.verbs import VERBS, StreamVerb, UnaryVerb, Verb
from serve_app.flow.service import PushGenService
from serve_app.ingress import examples
from serve_app.ingress.grpc import GrpcAdapter
from serve_app.ingress.http import create_app
from tests.graph.fake_service import FakeService


def test_the_rows_are_the_rpcs_of_the_proto() -> None:
    methods = service_pb2.DESCRIPTOR.services_by_name["PushGenService"].methods
    assert [(m.name, m.server_streaming, m.input_type, m.output_type) for m in methods] == [
        (v.rpc, isinstance(v, StreamVerb), v.request_message.DESCRIPTOR, v.response_message.DESCRIPTOR) for v in VERBS
    ]


@pytest.mark.parametrize("verb", VERBS, ids=lambda v: v.name)
def test_everything_has_the_verb(verb: Verb) -> None:
    for holder in (PushGenService, FakeService, PushGenClient, AsyncPushGenClient):
        assert callable(getattr(holder, verb.name))
    method = getattr(GrpcAdapter, verb.rpc)
    assert inspect.isasyncgenfunction(method) is isinstance(verb, StreamVerb)
    assert "grpc_context" in inspect.signature(method).parameters  # Serve hands it to methods that name it
    routes = {r.path: r.methods for r in create_app(FakeService).routes if isinstance(r, APIRoute)}
    assert routes[verb.path] == {verb.method}
    assert verb.rpc in examples.ANSWERS
    assert (verb.rpc in examples.REQUESTS) is (verb.method == "POST")


@pytest.mark.parametrize("verb", VERBS, ids=lambda v: v.name)
def test_the_service_has_the_types_of_the_row(verb: Verb) -> None:
    """Adapters look methods up by name, so mypy does not compare them with the table."""
    request, request_id, tenant, arrived_s, answer = get_type_hints(getattr(PushGenService, verb.name)).values()
    assert issubclass(verb.request, request)
    assert (request_id, tenant, arrived_s) == (str, str, float | None)
    if isinstance(verb, StreamVerb):
        assert issubclass(get_origin(answer), AsyncIterator)
    elif isinstance(verb, UnaryVerb):
        returned, response = get_type_hints(verb.answer).values()
        assert (answer, verb.response) == ((answer, answer) if returned is Any else (returned, response))
