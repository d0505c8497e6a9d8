"""Calls of a server of others: queue, retries, deadline, what a server refuses, and the key that nobody sees."""

from __future__ import annotations

import asyncio
import logging
import traceback

import pytest

from deployments.deadline import Call
from deployments.engines.dialect import Chat
from deployments.engines.openai_engine import OpenAiEngine
from deployments.engines.openai_settings import OpenAiServer
from deployments.errors import (
    DeadlineExceeded,
    Misconfigured,
    Overloaded,
    PushGenError,
    StageFailed,
    StageUnavailable,
)
from deployments.types import Priority
from serve_app.demo.local import free_port
from tests.fake_openai import Body, Reply, fake_openai, refusal
from tests.unit.deployments.engines.started_engine import CHAT, call, engine

KEY = "sk-secret-0123456789"
USAGE = {
    "prompt_tokens": 90,
    "completion_tokens": 12,
    "total_tokens": 102,
    "prompt_tokens_details": {"cached_tokens": 64},
}


async def test_an_answer_says_what_it_cost() -> None:
    async with engine(lambda n, _: Reply("Hi.", logprobs=[-0.5, -1.5, -9999.0], usage=USAGE)) as (stage, server):
        sample = await stage.sample(CHAT, call())
    assert (sample.text, sample.length_cut, sample.logprob) == ("Hi.", False, -1.0)
    assert (sample.prompt_tokens, sample.output_tokens, sample.cached_tokens) == (90, 12, 64)
    assert sample.compute_ms > 0
    (body,) = server.bodies
    assert body["messages"] == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello?"}]
    assert (body["model"], body["seed"], body["temperature"], body["logprobs"]) == ("m", 7, 0.5, True)


async def test_a_server_that_counts_nothing_is_answered_for_with_nothing() -> None:
    async with engine(lambda n, _: Reply("Hi.", finish_reason="length")) as (stage, _):
        sample = await stage.sample(CHAT, call())
    assert (sample.prompt_tokens, sample.output_tokens, sample.cached_tokens, sample.logprob) == (0, 0, 0, None)
    assert sample.length_cut


async def test_further_parameters_of_a_server_travel_in_the_body() -> None:
    async with engine(lambda n, _: Reply("Hi."), extra_body={"min_p": 0.1}) as (stage, server):
        await stage.sample(CHAT, call())
    assert server.bodies[0]["min_p"] == 0.1


@pytest.mark.parametrize(
    "first", [refusal(429, "slow down", retry_after_ms="300"), refusal(503, "busy", retry_after="0.3")]
)
async def test_a_retry_waits_as_long_as_the_server_asks(first: Reply) -> None:
    async with engine(lambda n, _: first if n == 0 else Reply("Hi.")) as (stage, server):
        sample = await stage.sample(CHAT, call())
    assert sample.text == "Hi."
    assert server.times_s[1] - server.times_s[0] >= 0.3
    assert sample.queue_ms >= 300


async def test_a_pause_that_the_deadline_does_not_allow_is_not_begun() -> None:
    async with engine(lambda n, _: refusal(429, "slow down", retry_after="60")) as (stage, server):
        began = asyncio.get_running_loop().time()
        with pytest.raises(Overloaded) as caught:
            await stage.sample(CHAT, call(5))
        assert asyncio.get_running_loop().time() - began < 2
    assert caught.value.retry_after_s == 60
    assert len(server.bodies) == 1


@pytest.mark.parametrize(
    ("reply", "error", "tries"),
    [
        (refusal(429, "slow down", retry_after_ms="1"), Overloaded, 2),
        (refusal(500, "broken", retry_after_ms="1"), StageUnavailable, 2),
        (refusal(401, f"no such key: {KEY}"), StageUnavailable, 1),
        (refusal(403, f"not with {KEY}"), StageUnavailable, 1),
        (refusal(404, "no such model"), StageUnavailable, 1),
        (refusal(413, "too large"), StageFailed, 1),
        (refusal(400, f"the prompt of {KEY} is too long"), StageFailed, 1),
        (Reply(raw="<html>"), StageFailed, 1),
        (Reply(raw='{"choices": []}'), StageFailed, 1),
    ],
)
async def test_failures_become_ours_and_say_nothing_of_the_servers(
    reply: Reply,
    error: type[PushGenError],
    tries: int,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("MODEL_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    async with engine(lambda n, _: reply, max_retries=1, api_key_env="MODEL_KEY") as (stage, server):
        with pytest.raises(error) as caught:
            await stage.sample(CHAT, call())
        assert len(server.bodies) == tries
        assert {h["authorization"] for h in server.headers} == {f"Bearer {KEY}"}
        seen = [caplog.text, repr(stage), repr(vars(stage)), repr(stage.settings), stage.settings.model_dump_json()]
    assert caught.value.message.startswith("the generator's server ")
    assert server.url not in caught.value.message
    assert [r for r in caplog.records if r.name == "ray.serve" and r.levelno == logging.ERROR], "the operator is told"
    seen += traceback.format_exception(caught.value)
    assert [text for text in seen if KEY in text] == []


async def test_the_operator_is_told_once_and_which_setting_it_is(caplog: pytest.LogCaptureFixture) -> None:
    async with engine(lambda n, _: refusal(404, "no such model")) as (stage, _):
        for _ in range(3):
            with pytest.raises(StageUnavailable):
                await stage.sample(CHAT, call())
    (record,) = [r for r in caplog.records if r.name == "ray.serve"]
    assert "server.model and server.base_url" in record.getMessage()


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    nobody = OpenAiServer(base_url=f"http://127.0.0.1:{free_port()}/v1", model="m", max_retries=1)
    stage = OpenAiEngine(nobody)
    await stage.start(CHAT)  # it may come later
    await stage.check_health()
    with pytest.raises(StageUnavailable):
        await stage.sample(CHAT, call())
    await stage.stop()
    with pytest.raises(StageUnavailable):
        await stage.check_health()


async def test_at_the_deadline_the_server_is_left() -> None:
    async with engine(lambda n, _: Reply(until=asyncio.Event())) as (stage, server):
        with pytest.raises(DeadlineExceeded):
            await stage.sample(CHAT, call(0.2))
        await server.when(lambda s: s.abandoned == 1)
        assert len(server.bodies) == 1
        assert stage.unfinished_requests == 0


async def test_one_try_takes_no_longer_than_it_may() -> None:
    async with engine(lambda n, _: Reply(until=asyncio.Event()), timeout_s=0.2) as (stage, server):
        with pytest.raises(StageUnavailable):
            await stage.sample(CHAT, call(10))
        await server.when(lambda s: s.abandoned == 1)
        assert len(server.bodies) == 1, "the server may still work on it"


async def test_cancelling_a_call_is_seen_by_the_server() -> None:
    async with engine(lambda n, _: Reply(until=asyncio.Event())) as (stage, server):
        sample = asyncio.create_task(stage.sample(CHAT, call()))
        await server.when(lambda s: s.in_flight == 1)
        sample.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sample
        await server.when(lambda s: s.abandoned == 1)
        assert stage.unfinished_requests == 0


async def test_no_more_calls_are_in_flight_than_allowed() -> None:
    go = asyncio.Event()
    async with engine(lambda n, _: Reply("Hi.", until=go), max_concurrency=2, max_waiting=3) as (stage, server):
        samples = [asyncio.create_task(stage.sample(CHAT, call())) for _ in range(5)]
        await server.when(lambda s: s.in_flight == 2)
        assert stage.unfinished_requests == 5
        with pytest.raises(Overloaded, match="queue"):
            await stage.sample(CHAT, call())
        go.set()
        assert {sample.text for sample in await asyncio.gather(*samples)} == {"Hi."}
        assert server.most_in_flight == 2


async def test_who_waits_for_a_place_leaves_at_the_deadline() -> None:
    go = asyncio.Event()
    async with engine(lambda n, _: Reply("Hi.", until=go), max_concurrency=1) as (stage, server):
        first = asyncio.create_task(stage.sample(CHAT, call()))
        await server.when(lambda s: s.in_flight == 1)
        with pytest.raises(DeadlineExceeded):
            await stage.sample(CHAT, call(0.1))
        assert stage.unfinished_requests == 1
        go.set()
        await first
        assert len(server.bodies) == 1
        assert (await stage.sample(CHAT, call())).text == "Hi."


async def test_realtime_and_the_earlier_deadline_go_first() -> None:
    order: list[int] = []
    go = asyncio.Event()

    def answer(n: int, body: Body) -> Reply:
        order.append(body["seed"])
        return Reply("Hi.", until=go)

    async with engine(answer, max_concurrency=1) as (stage, server):

        def ask(seed: int, how: Call) -> asyncio.Task:
            return asyncio.create_task(stage.sample(Chat(messages=CHAT.messages, seed=seed), how))

        samples = [ask(0, call())]
        await server.when(lambda s: s.in_flight == 1)
        samples += [ask(1, call(5, Priority.BACKFILL)), ask(2, call(30)), ask(3, call(20))]
        async with asyncio.timeout(5):
            while stage.unfinished_requests < 4:  # noqa: ASYNC110 - the gate has no event for it
                await asyncio.sleep(0.01)
        go.set()
        await asyncio.gather(*samples)
    assert order == [0, 3, 2, 1]


@pytest.mark.parametrize(
    ("status", "words"), [(401, "server.api_key_env"), (404, "server.model"), (400, "400, .*no pictures")]
)
async def test_a_server_that_refuses_the_first_call_ends_the_start(
    status: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODEL_KEY", KEY)
    async with fake_openai(lambda n, _: refusal(status, f"no pictures, no {KEY}")) as server:
        stage = OpenAiEngine(OpenAiServer(base_url=server.url, model="m", api_key_env="MODEL_KEY"), "generator")
        with pytest.raises(Misconfigured, match=words) as caught:
            await stage.start(CHAT)
    assert KEY not in "".join(traceback.format_exception(caught.value))


async def test_without_a_key_none_is_sent_whatever_the_environment_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    async with engine(lambda n, _: Reply("Hi.")) as (stage, server):
        await stage.sample(CHAT, call())
    assert "authorization" not in server.headers[0]


async def test_a_server_on_this_machine_is_not_looked_for_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with engine(lambda n, _: Reply("Hi.")) as (stage, _):
        assert (await stage.sample(CHAT, call())).text == "Hi."
