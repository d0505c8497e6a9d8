"""Requests over HTTP as clients write them: ProtoJSON, batches with a bad item, and what is refused."""

from __future__ import annotations

import pytest
from google.protobuf import json_format

from serve_app.contract.requests import parse
from serve_app.contract.verbs import VERBS, Verb
from tests.graph.fake_service import FakeService
from tests.graph.servers import events, example_body
from tests.graph.test_http import client_of, is_problem


async def test_bad_requests_of_a_batch_are_refused_at_their_index() -> None:
    body = b"""{"requestId": "all", "requests": [
        {"item": {"title": "t"}}, {"item": {"title": "t", "tags": "x"}}, {"item": {"title": "\\ud83c"}}, {}, null,
        {"item": {"title": "Caf\xe9"}}, {"item": {"title": "a", "title": "b"}}, {"item": {"titel": "t"}},
        {"item": {"title": "t"}, "options": {"margin": NaN}}, {"item": {"title": "t"}, "requestId": "mine", "x": 1},
        {"item": {"title": "t", "images": [{"data": "AA"}]}}
    ]}"""
    async with client_of(service := FakeService()) as client:
        headers = {"content-type": "application/json", "X-PushGen-Time-Budget-Ms": "700"}
        answer = await client.post("/v1/notifications:batch", content=body, headers=headers)
    received = {data["index"]: data for _, data, _ in events(answer.text)}
    named = {i: data["error"]["violations"][0]["field"] for i, data in received.items() if "error" in data}
    assert named == {
        1: "item.tags", 2: "item.title", 3: "item", 4: "request", 5: "item.title", 6: "item.title", 7: "item.titel",
        8: "options.margin", 9: "x",
    }  # fmt: skip
    assert [i for i, data in sorted(received.items()) if "decision" in data] == [0, 10]
    assert (received[1]["error"]["request_id"], received[9]["error"]["request_id"]) == ("all/1", "mine")
    assert service.seen[0][1].requests[0].options.time_budget_ms == 700


@pytest.mark.parametrize("count", [0, 257, 20_000])
async def test_too_many_requests_or_none_refuse_the_batch(count: int) -> None:
    async with client_of(service := FakeService()) as client:
        answer = await client.post("/v1/notifications:batch", json={"requests": [{}] * count})
    assert [v["field"] for v in is_problem(answer, 422, "INVALID_INPUT")["violations"]] == ["requests"]
    assert service.seen == []


async def test_a_refused_body_is_answered_under_its_own_id() -> None:
    async with client_of(FakeService()) as client:
        answer = await client.post("/v1/notifications:generate", json={"requestId": "mine", "item": {"titel": "x"}})
    assert is_problem(answer, 422, "INVALID_INPUT")["request_id"] == "mine"


@pytest.mark.parametrize("verb", [v for v in VERBS if v.method == "POST"], ids=lambda v: v.name)
@pytest.mark.parametrize("integers", [False, True])
async def test_what_protobuf_writes_as_json_is_taken(verb: Verb, integers: bool) -> None:
    message = json_format.ParseDict(example_body(verb), verb.request_message())
    text = json_format.MessageToJson(
        message, use_integers_for_enums=integers, always_print_fields_with_no_presence=True
    )
    async with client_of(service := FakeService()) as client:
        answer = await client.post(verb.path, content=text, headers={"content-type": "application/json"})
    assert answer.status_code == 200, answer.text
    assert service.seen[0][1] == parse(verb.request, message)
