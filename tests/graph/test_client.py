"""The Python client against the adapter: models in and out, the error tree, budgets, retries."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import grpc
import pytest

from deployments.errors import (
    DeadlineExceeded,
    InvalidInput,
    Overloaded,
    PushGenError,
    StageFailed,
    StageUnavailable,
    UnsupportedField,
    Violation,
)
from deployments.types import Copy, Decision, Item, Options, Verdict
from serve_app.client import AsyncPushGenClient, PushGenClient, Unreachable, frame, image
from serve_app.client.calls import request_from
from serve_app.contract.messages import CaptionItemRequest, GenerateNotificationRequest
from serve_app.contract.requests import parse_json
from serve_app.contract.verbs import UnaryVerb
from serve_app.demo.local import free_port
from tests.graph.fake_service import FakeService
from tests.graph.servers import UNARY_VERBS, example_body, serving

ITEM = Item(id="it", title="t")
ERRORS = [
    InvalidInput([Violation("item.locale", "is not a language"), Violation("options.seed", "must be at least 0")]),
    UnsupportedField([Violation("item.images[0].url", "is not supported yet")]),
    Overloaded("full", 2.5),
    DeadlineExceeded("spent"),
    StageUnavailable("away"),
]
ERRORS[-1].retry_after_s = 0.02  # type: ignore[attr-defined]


def test_every_verb(address: str, service: FakeService) -> None:
    with PushGenClient(address) as client:
        decision = client.generate(GenerateNotificationRequest(item=ITEM, request_id="mine"))
        assert (decision.item_id, decision.request_id) == ("it", "mine")
        events = list(client.stream(ITEM))
        assert [e.sequence for e in events] == [1, 2, 3, 4, 5]
        assert events[-1].decided is not None
        answers = dict(client.batch([ITEM, GenerateNotificationRequest(item=ITEM)], request_id="all"))
        assert {i: a.request_id for i, a in answers.items()} == {0: "all/0", 1: "all/1"}
        assert client.caption(ITEM).caption.text
        assert client.route(ITEM).categories
        assert client.score(ITEM, [Copy(title="x")]).candidates
        assert client.check(ITEM, [Copy(title="x")]).copies[1].verdict is Verdict.BLOCK
        assert client.info().limits.max_images == 8
        assert client.health()
        service.stages = lambda: {"generator": False}
        assert not client.health()


async def test_every_verb_async() -> None:
    async with serving(FakeService()) as address, AsyncPushGenClient(address) as client:
        assert (await client.generate(ITEM)).item_id == "it"
        assert [e.sequence async for e in client.stream(ITEM)] == [1, 2, 3, 4, 5]
        assert [i async for i, _ in client.batch([ITEM, ITEM])] == [1, 0]
        assert (await client.caption(ITEM)).caption.text
        assert (await client.route(ITEM)).categories
        assert (await client.score(ITEM, [Copy(title="x")])).candidates
        assert (await client.check(ITEM, [Copy(title="x")])).copies[0].verdict is Verdict.PASS
        assert (await client.info()).version
        assert await client.health()


@pytest.mark.parametrize("verb", UNARY_VERBS, ids=lambda v: v.name)
async def test_both_clients_send_the_request_of_the_row(verb: UnaryVerb[Any, Any]) -> None:
    service, request = FakeService(), parse_json(verb.request, json.dumps(example_body(verb)))
    arguments = [] if verb.method == "GET" else [request]
    async with serving(service) as address, AsyncPushGenClient(address) as client:
        answers = [await getattr(client, verb.name)(*arguments)]
        with PushGenClient(address) as blocking:
            answers.append(await asyncio.to_thread(getattr(blocking, verb.name), *arguments))
    assert all(isinstance(verb.answer(answer), verb.response) for answer in answers)
    assert [(name, model) for name, model, _ in service.seen] == [(verb.name, request)] * 2


@pytest.mark.parametrize("error", ERRORS, ids=lambda e: type(e).__name__)
@pytest.mark.parametrize("streaming", [False, True])
async def test_errors_come_back_as_they_were_raised(error: PushGenError, streaming: bool) -> None:
    service = FakeService(generate=error, stream=error)
    async with serving(service) as address, AsyncPushGenClient(address) as client:
        request = GenerateNotificationRequest(item=ITEM, request_id="r1")
        with pytest.raises(PushGenError) as caught:
            _ = [e async for e in client.stream(request)] if streaming else await client.generate(request)
    assert type(caught.value) is type(error)
    assert caught.value.message == error.message
    assert caught.value.request_id == "r1"
    for detail in ("violations", "retry_after_s"):
        assert getattr(caught.value, detail, None) == getattr(error, detail, None)


def test_a_stream_that_fails_midway_gives_what_came_before(address: str, service: FakeService) -> None:
    service.fails, service.after = {"stream": StageUnavailable("away")}, 2

    with PushGenClient(address) as client:
        stream = client.stream(ITEM)
        assert [next(stream).sequence, next(stream).sequence] == [1, 2]
        with pytest.raises(StageUnavailable, match="away"):
            next(stream)


async def test_an_items_error_is_its_answer() -> None:
    service = FakeService(bad=StageFailed("/srv/secret"))
    async with serving(service) as address, AsyncPushGenClient(address) as client:
        answers = {i: a async for i, a in client.batch([ITEM, Item(id="bad", title="t")], request_id="all")}
    assert isinstance(answers[0], Decision)
    assert isinstance(answers[1], StageFailed)
    assert answers[1].request_id == "all/1"
    assert "secret" not in answers[1].message


BAD: list[Any] = [
    {"item": {"titel": "x"}},
    {"item": {"title": "t", "tags": ["t" * 65]}},
    {"item": {"title": "\ud83c"}},
    {"item": {"title": "t"}, "options": {"seed": 2**40}},
    {"item": {"title": "t"}, "options": {"priority": "SOON"}},
    {"item": {"title": "t"}, "requestId": "mine", "options": {"margin": float("nan")}},
    {},
    None,
    "text",
]


async def test_a_batch_sends_what_can_be_sent_and_answers_for_the_rest() -> None:
    contents = [bad for one in BAD for bad in (one, {"item": {"id": "it", "title": "t"}})]
    async with serving(service := FakeService()) as address, AsyncPushGenClient(address) as client:
        answers = {i: a async for i, a in client.batch(contents, request_id="all")}
        with PushGenClient(address) as blocking:
            again = await asyncio.to_thread(lambda: dict(blocking.batch(contents, request_id="all")))
        assert [len(request.requests) for _, request, _ in service.seen] == [len(BAD)] * 2
        only_bad = {i: a async for i, a in client.batch(BAD)}
    assert sorted(answers) == sorted(again) == list(range(2 * len(BAD)))
    assert all(isinstance(answers[i], InvalidInput) for i in range(0, 2 * len(BAD), 2))
    assert all(isinstance(answers[i], Decision) for i in range(1, 2 * len(BAD), 2))
    assert (answers[0].request_id, answers[10].request_id) == ("all/0", "mine")
    assert len(service.seen) == 2
    assert len(only_bad) == len(BAD)


async def test_the_timeout_is_the_budget_where_there_is_none() -> None:
    service = FakeService()
    async with serving(service) as address, AsyncPushGenClient(address, timeout_s=10) as client:
        await client.generate(ITEM)
        await client.generate(ITEM, timeout_s=2)
        await client.caption(CaptionItemRequest(item=ITEM, time_budget_ms=77))
        await client.generate(GenerateNotificationRequest(item=ITEM, options=Options(time_budget_ms=88)))
        _ = [a async for a in client.batch([ITEM])]
    first, second, third, fourth, fifth = (request for _, request, _ in service.seen)
    # What the answer needs to travel stays outside of the budget; so does the time until the call began.
    assert 9000 < first.options.time_budget_ms <= 9500
    assert 1500 < second.options.time_budget_ms <= 1900
    assert third.time_budget_ms == 77
    assert fourth.options.time_budget_ms == 88
    assert fifth.requests[0].options.time_budget_ms is None


async def test_a_service_that_hangs_meets_the_deadline() -> None:
    service = FakeService()
    service.hang = True
    async with serving(service) as address, AsyncPushGenClient(address) as client:
        with pytest.raises(DeadlineExceeded):
            await client.generate(ITEM, timeout_s=0.2)


async def test_unavailable_is_retried_and_the_rest_is_not() -> None:
    away = StageUnavailable("away")
    away.retry_after_s = 0.02
    service = FakeService(generate=away)
    request = GenerateNotificationRequest(item=Item(title="t", images=({"data": bytes(2**20)},)))  # type: ignore[arg-type]
    async with serving(service) as address, AsyncPushGenClient(address) as client:
        with pytest.raises(StageUnavailable):
            await client.generate(request)
        assert len(service.seen) == 3
        away.retry_after_s = 30  # not within this call's time: told at once
        with pytest.raises(StageUnavailable) as caught:
            await client.generate(request, timeout_s=5)
        assert caught.value.retry_after_s == 30
        assert len(service.seen) == 4
        service.fails["generate"] = Overloaded("full")
        with pytest.raises(Overloaded):
            await client.generate(request)
        assert len(service.seen) == 5


def test_nobody_there() -> None:
    with PushGenClient(f"127.0.0.1:{free_port()}") as client, pytest.raises(Unreachable, match="no PushGen service"):
        client.generate(ITEM)


async def test_somebody_else_there() -> None:
    server = grpc.aio.server()
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with AsyncPushGenClient(f"127.0.0.1:{port}") as client:
        with pytest.raises(PushGenError, match=r"is not this version of pushgen\.v1"):
            await client.generate(ITEM)
    await server.stop(None)


async def test_a_hundred_megabytes_of_pictures_get_through() -> None:
    service = FakeService()
    images = tuple({"data": bytes(10 * 2**20)} for _ in range(8))
    async with serving(service) as address, AsyncPushGenClient(address, timeout_s=60) as client:
        await client.generate(Item(images=images))  # type: ignore[arg-type]
    assert sum(len(i.data) for i in service.seen[0][1].item.images) == 80 * 2**20


async def test_closing_a_stream_cancels_it() -> None:
    service = FakeService()
    service.hang = True
    async with serving(service) as address, AsyncPushGenClient(address) as client:
        events = client.stream(ITEM)
        assert (await anext(events)).sequence == 1
        await events.aclose()  # type: ignore[attr-defined]
        async with asyncio.timeout(5):
            await service.ended.wait()


def test_pictures_from_files(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"jpeg")
    assert image(tmp_path / "a.jpg", "a cup").alt_text == "a cup"
    assert image(str(tmp_path / "a.jpg")).data == b"jpeg"
    assert frame(tmp_path / "a.jpg", 40).offset_ms == 40
    with pytest.raises(OSError, match=r"b\.jpg"):
        image(tmp_path / "b.jpg")


def test_a_model_that_was_not_validated_is_refused_before_it_is_sent(address: str) -> None:
    options = Options().model_copy(update={"max_categories": 2**40})
    with PushGenClient(address) as client, pytest.raises(InvalidInput, match="does not fit the contract"):
        client.generate(GenerateNotificationRequest(item=ITEM, options=options))


def test_a_call_without_copies_or_items_is_refused_before_anything_is_sent(address: str, service: FakeService) -> None:
    with PushGenClient(address) as client:
        with pytest.raises(InvalidInput, match="copies"):
            client.score(ITEM)
        with pytest.raises(InvalidInput, match="requests"):
            list(client.batch([]))
    assert service.seen == []


def test_a_request_may_be_a_dictionary_and_its_mistakes_are_named_before_anything_is_sent() -> None:
    good = request_from(GenerateNotificationRequest, {"item": {"title": "Bread"}, "options": {"seed": 3}})
    assert (good.item.title, good.options.seed) == ("Bread", 3)
    with pytest.raises(InvalidInput) as caught:
        request_from(GenerateNotificationRequest, {"item": {"titel": "Bread"}, "options": {"seed": -1}})
    assert {v.field for v in caught.value.violations} == {"item.titel", "options.seed"}
