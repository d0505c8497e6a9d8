"""The OpenAPI document: complete, closed, and its examples true."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import httpx
import jsonschema
import pytest
import yaml
from google.protobuf import json_format

from benchmarks.fuzz.attempts import Attempt
from benchmarks.fuzz.judge import leak_in
from deployments.types import LengthProfile
from pushgen.v1 import service_pb2
from serve_app.contract import errors
from serve_app.contract.verbs import STREAM, VERBS, UnaryVerb
from serve_app.fetch.knobs import FetchKnobs
from serve_app.flow.knobs import IngressKnobs
from serve_app.flow.profiles import load_profiles
from serve_app.ingress import examples, openapi
from serve_app.ingress.http import create_app
from tests.graph.fake_service import FakeService
from tests.graph.servers import UNARY_VERBS, events
from tests.graph.stages import PROFILES
from tests.graph.test_service import service as service_on_fakes

POSTED = [verb.path for verb in VERBS if verb.method == "POST"]


def test_the_document_tells_nothing_of_our_code() -> None:
    """Descriptions come from docstrings."""
    asked = Attempt("http", "route", b"GET /openapi.json")
    assert leak_in(asked, json.dumps(create_app(FakeService).openapi())) == ""


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
    assert set(document["paths"]) == {*(verb.path for verb in VERBS), "/healthz", "/readyz", "/livez"}
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
        assert {"400", "408", "413", "415", "422", "429", "500", "501", "503", "504"} <= set(operation["responses"])
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


def conforms(document: dict[str, Any], name: str, value: Any) -> None:
    """Hold a value against a schema of the document."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    jsonschema.Draft202012Validator(schema).validate(value)


ANSWERED = {verb.response.__name__ for verb in UNARY_VERBS} | {
    "StreamNotificationResponse", "BatchEvent", "Problem", "Health", "Decision", "Candidate", "StageTiming",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(ANSWERED))
def test_answers_have_no_null_say_what_is_always_there_and_may_grow(document: dict[str, Any], name: str) -> None:
    schema = document["components"]["schemas"][name]
    assert "null" not in json.dumps(schema)
    assert '"default"' not in json.dumps(schema)
    assert "additionalProperties" not in schema
    models = {model.__name__: model for model in openapi.ANSWERS}
    if name in models:
        optional = {key for key, field in models[name].model_fields.items() if field.default is None}
        assert set(schema.get("required", ())) == models[name].model_fields.keys() - optional


def test_requests_are_closed(document: dict[str, Any]) -> None:
    for model in openapi.REQUESTS:
        assert document["components"]["schemas"][model.__name__]["additionalProperties"] is False


def test_a_model_of_requests_and_of_answers_has_one_schema(document: dict[str, Any]) -> None:
    """Schemas lie together by name, so one of both would be wrong for one of them."""
    posted = {path: document["paths"][path]["post"] for path in POSTED}
    inputs = reachable(document, [operation["requestBody"] for operation in posted.values()])
    outputs = reachable(document, [{"$ref": openapi.REF.format(model=name)} for name in ANSWERED])
    shared = {name for name in inputs & outputs if "enum" not in document["components"]["schemas"][name]}
    assert shared == set()


def reachable(document: dict[str, Any], nodes: list[Any]) -> set[str]:
    names: set[str] = set()
    waiting = references(nodes)
    while waiting:
        name = waiting.pop().rpartition("/")[2]
        if name not in names:
            names.add(name)
            waiting |= references(document["components"]["schemas"][name])
    return names


def test_every_example_conforms_to_its_schema(document: dict[str, Any]) -> None:
    for methods in document["paths"].values():
        for operation in methods.values():
            contents = [c for response in operation["responses"].values() for c in response["content"].items()]
            for kind, content in contents:
                if kind != "text/event-stream":
                    conforms(document, content["schema"]["$ref"].rpartition("/")[2], content["example"])
            posted = operation.get("requestBody", {}).get("content", {}).get("application/json")
            for example in (posted or {"examples": {}})["examples"].values():
                conforms(document, posted["schema"]["$ref"].rpartition("/")[2], example["value"])
    for _, data, _ in events(examples.STREAM):
        conforms(document, "StreamNotificationResponse", data)
    for _, data, _ in events(examples.BATCH):
        conforms(document, "BatchEvent", data)


def test_examples_name_categories_and_profiles_that_are_shipped(root: Path) -> None:
    catalogue = yaml.safe_load((root / "configs/categories.yaml").read_text())["categories"]
    profiles: dict[str, LengthProfile] = dict(load_profiles(str(root / "configs/profiles.yaml")))
    found = list(named([examples.REQUESTS, examples.ANSWERS]))
    categories = {value for key, value in found if key.startswith("categor") and value}
    assert categories
    assert categories <= {entry["category"] for entry in catalogue}
    assert {value for key, value in found if key == "length_profile"} <= profiles.keys()


def named(node: Any, key: str = "") -> Any:
    """(key, text) of each text in an example; of a list, under the list's key."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield from named(value, name)
    elif isinstance(node, list):
        for value in node:
            yield from named(value, key)
    elif isinstance(node, str):
        yield key, node


async def test_every_example_of_a_request_is_answered_as_the_document_says(
    document: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.getaddrinfo", Mock(side_effect=socket.gaierror))  # the image by URL is not found
    service = service_on_fakes()
    service.reconfigure(IngressKnobs(images_by_url=FetchKnobs(hosts=("images.example.com",))), PROFILES)
    app = create_app(lambda: service)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        for verb in VERBS:
            bodies = [example["value"] for example in examples.REQUESTS.get(verb.rpc, {"": {"value": {}}}).values()]
            for body in bodies:
                given = {"json": body} if verb.method == "POST" else {}
                answer = await client.request(verb.method, verb.path, **given)
                assert answer.status_code == 200, (verb.rpc, answer.text)
                if isinstance(verb, UnaryVerb):
                    conforms(document, verb.response.__name__, answer.json())
                    continue
                received = events(answer.text)
                assert "error" not in [name for name, _, _ in received], answer.text
                for _, data, _ in received:
                    conforms(document, "StreamNotificationResponse" if verb is STREAM else "BatchEvent", data)
        conforms(document, "Health", (await client.get("/healthz")).json())
        conforms(document, "Alive", (await client.get("/livez")).json())
        refused = await client.post(POSTED[0], json={"item": {"titel": "x"}})
        conforms(document, "Problem", refused.json())


# The HTTP statuses of google.rpc.Code.
GOOGLE = {
    "INVALID_ARGUMENT": 400, "RESOURCE_EXHAUSTED": 429, "UNIMPLEMENTED": 501, "DEADLINE_EXCEEDED": 504,
    "UNAVAILABLE": 503, "INTERNAL": 500, "UNAUTHENTICATED": 401, "PERMISSION_DENIED": 403,
}  # fmt: skip


def test_statuses_are_googles_but_for_the_one_that_the_document_names(document: dict[str, Any], root: Path) -> None:
    others = {r.code.name: r.http_status for r in errors.TABLE.values() if GOOGLE[r.code.name] != r.http_status}
    assert others == {"INVALID_ARGUMENT": 422}
    for text in (document["info"]["description"], (root / "docs/api.md").read_text()):
        words = " ".join(text.split())
        assert "INVALID_ARGUMENT" in words
        assert "google.rpc" in words
        assert "422" in words
