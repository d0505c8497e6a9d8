"""The OpenAPI document: complete, closed, and its examples true."""

from __future__ import annotations

import json
from typing import Any

import pytest
from google.protobuf import json_format

from pushgen.v1 import service_pb2
from serve_app.contract.verbs import VERBS
from serve_app.ingress import examples, openapi
from serve_app.ingress.http import create_app
from tests.graph.fake_service import FakeService
from tests.graph.servers import UNARY_VERBS, events

POSTED = [verb.path for verb in VERBS if verb.method == "POST"]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return create_app(FakeService).openapi()


def references(node: Any) -> set[str]:
    if isinstance(node, dict):
        reference = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return reference.union(*map(references, node.values()), set())
    if isinstance(node, list):
        return set().union(*map(references, node), set())
    return set()


def test_the_document_is_closed_and_every_operation_is_described(document: dict[str, Any]) -> None:
    schemas = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert references(document) <= schemas
    assert set(document["paths"]) == {*(verb.path for verb in VERBS), "/healthz"}
    for path, methods in document["paths"].items():
        for operation in methods.values():
            assert operation["summary"], path
            assert operation["tags"], path
            assert operation["operationId"], path
            for status, response in operation["responses"].items():
                (content,) = response["content"].values()
                assert "example" in content, f"{path} {status}"
    for path in POSTED:
        operation = document["paths"][path]["post"]
        assert {"400", "413", "415", "422", "429", "500", "501", "503", "504"} <= set(operation["responses"])
        assert operation["requestBody"]["content"]["application/json"]["examples"]


def test_request_examples_are_accepted(document: dict[str, Any]) -> None:
    models = {m.__name__: m for m in openapi.REQUESTS}
    for path in POSTED:
        content = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]
        model = models[content["schema"]["$ref"].rpartition("/")[2]]
        for example in content["examples"].values():
            model.model_validate_json(json.dumps(example["value"]))


def test_answer_examples_are_the_protos_json(document: dict[str, Any]) -> None:
    for verb in UNARY_VERBS:
        content = document["paths"][verb.path][verb.method.lower()]["responses"]["200"]["content"]["application/json"]
        assert content["schema"]["$ref"].rpartition("/")[2] == verb.response.__name__
        json_format.ParseDict(content["example"], verb.response_message())
        verb.response.model_validate(content["example"])
    for name, data, _ in events(examples.STREAM):
        assert json_format.ParseDict(data, service_pb2.StreamNotificationResponse()).WhichOneof("event") == name
    for _, data, _ in events(examples.BATCH):
        openapi.BatchEvent.model_validate(data)


def test_problem_examples_are_problems(document: dict[str, Any]) -> None:
    responses = document["paths"]["/v1/notifications:generate"]["post"]["responses"]
    for status, response in responses.items():
        if status != "200":
            problem = openapi.Problem.model_validate(response["content"]["application/problem+json"]["example"])
            assert problem.status == int(status)
            assert problem.detail
