"""One call to a server that speaks the OpenAI API: what is read, and every way to fail."""

from __future__ import annotations

import asyncio
import datetime
import email.utils
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pydantic import SecretStr

from deployments.engines.openai_api import Answer, OpenAiClient, _retry_after_s
from deployments.engines.retry import Failure
from tests.fake_openai import Body, FakeOpenAi, Reply, fake_openai, refusal

REQUEST: Body = {"model": "m", "messages": [{"role": "user", "content": "Hello?"}]}


@asynccontextmanager
async def client(
    answer: Callable[[int, Body], Reply], key: str | None = None
) -> AsyncIterator[tuple[OpenAiClient, FakeOpenAi]]:
    async with fake_openai(answer) as server:
        made = OpenAiClient(server.url, None if key is None else SecretStr(key))
        yield made, server
        await made.close()


def read(**choice: Any) -> Answer:
    return Answer.model_validate({"choices": [{"message": {"content": "Hi"}} | choice]})


async def test_an_answer_is_read_and_a_key_is_sent() -> None:
    reply = Reply("Hi", logprobs=[-0.5, -1.5], usage={"prompt_tokens": 7, "completion_tokens": 2, "more": {}})
    async with client(lambda n, _: reply, key="secret") as (api, server):
        answer = await api.complete(REQUEST, 10)
    assert (answer.text, answer.length_cut, answer.logprob) == ("Hi", False, -1.0)
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens, answer.cached_tokens) == (7, 2, 0)
    assert server.headers[0]["authorization"] == "Bearer secret"
    assert server.bodies[0] == REQUEST


async def test_without_a_key_none_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "of-the-environment")
    async with client(lambda n, _: Reply("Hi")) as (api, server):
        await api.complete(REQUEST, 10)
    assert "authorization" not in server.headers[0]


@pytest.mark.parametrize(
    ("reason", "cut"), [("length", True), ("content_filter", True), ("stop", False), (None, False)]
)
def test_an_answer_that_a_limit_ended_is_cut(reason: str | None, cut: bool) -> None:
    assert read(finish_reason=reason).length_cut is cut


def test_an_answer_may_be_empty_and_a_list_of_answers_may_not() -> None:
    assert read(message={"content": None}).text == ""
    with pytest.raises(ValueError, match="choices"):
        Answer.model_validate({"choices": []})


@pytest.mark.parametrize(
    ("logprobs", "mean"),
    [
        ([-1.0, -3.0], -2.0),
        ([-1.0, -9999.0], -1.0),  # vLLM's mark of a token without a probability
        ([-9999.0], None),
        ([], None),
        (None, None),
    ],
)
def test_the_likelihood_is_the_mean_of_the_tokens_that_have_one(logprobs: list[float] | None, mean: float) -> None:
    content = None if logprobs is None else [{"logprob": p} for p in logprobs]
    assert read(logprobs={"content": content}).logprob == mean
    assert read(logprobs=None).logprob is None


@pytest.mark.parametrize("top", [None, "none", 3, [{"token": "Yes"}], [["Yes", -0.1]]])
def test_alternatives_in_another_form_are_none(top: Any) -> None:
    assert read(logprobs={"content": [{"logprob": -0.1, "top_logprobs": top}]}).first_alternatives == []
    assert read(logprobs={"content": []}).first_alternatives == []


def test_alternatives_are_those_of_the_first_token_that_have_a_probability() -> None:
    first = [{"token": "Yes", "logprob": -0.1, "bytes": None}, {"token": "No", "logprob": -9999.0}]
    second = [{"token": "Maybe", "logprob": -0.2}]
    content = [{"logprob": -0.1, "top_logprobs": top} for top in (first, second)]
    (only,) = read(logprobs={"content": content}).first_alternatives
    assert (only.token, only.logprob) == ("Yes", -0.1)


def test_tokens_from_the_servers_cache_are_counted() -> None:
    usage = {"prompt_tokens_details": {"cached_tokens": 5}}
    assert Answer.model_validate({"choices": [{"message": {}}], "usage": usage}).cached_tokens == 5


@pytest.mark.parametrize(
    ("reply", "status", "param", "retry_after_s"),
    [
        (refusal(400, "bad seed", "seed"), 400, "seed", None),
        (refusal(429, "slow down", retry_after="7"), 429, "", 7.0),
        (refusal(503, "busy", retry_after_ms="250"), 503, "", 0.25),
        (Reply(status=502, raw="<html>bad gateway</html>"), 502, "", None),
    ],
)
async def test_a_refusal_says_what_the_server_said(
    reply: Reply, status: int, param: str, retry_after_s: float | None
) -> None:
    async with client(lambda n, _: reply) as (api, server):
        with pytest.raises(Failure) as caught:
            await api.complete(REQUEST, 10)
    failure = caught.value
    assert (failure.status, failure.param, failure.retry_after_s) == (status, param, retry_after_s)
    assert (failure.timed_out, failure.unreadable) == (False, False)
    assert len(server.bodies) == 1, "retries are not the client's"


@pytest.mark.parametrize("raw", ["", "no json", "[]", "{}", '{"choices": []}', json.dumps({"choices": [{}]})])
async def test_an_answer_that_is_none_is_unreadable(raw: str) -> None:
    async with client(lambda n, _: Reply(raw=raw)) as (api, _):
        with pytest.raises(Failure) as caught:
            await api.complete(REQUEST, 10)
    assert (caught.value.unreadable, caught.value.status, caught.value.passing) == (True, None, False)


async def test_a_call_that_takes_too_long_has_timed_out_and_leaves_the_server() -> None:
    async with client(lambda n, _: Reply(until=asyncio.Event())) as (api, server):
        with pytest.raises(Failure) as caught:
            await api.complete(REQUEST, 1)
        await server.when(lambda s: s.abandoned == 1)
    assert (caught.value.timed_out, caught.value.passing) == (True, False)


async def test_nobody_there_may_pass() -> None:
    api = OpenAiClient("http://127.0.0.1:1/v1", None)
    with pytest.raises(Failure) as caught:
        await api.complete(REQUEST, 5)
    await api.close()
    assert (caught.value.timed_out, caught.value.passing) == (False, True)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after-ms": "soon", "retry-after": "9"}, 9.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0.0),
    ],
)
def test_a_server_says_how_long_to_wait_in_one_of_three_ways(headers: dict[str, str], seconds: float | None) -> None:
    assert _retry_after_s(headers) == seconds


def test_a_date_is_so_many_seconds_away() -> None:
    date = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=90)
    assert _retry_after_s({"retry-after": email.utils.format_datetime(date)}) == pytest.approx(90, abs=3)
