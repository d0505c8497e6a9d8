"""What a server refuses is left out, or said otherwise, and remembered."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from deployments.engines.dialect import Chat
from deployments.errors import StageFailed
from tests.fake_openai import Body, Reply, refusal
from tests.unit.deployments.engines.started_engine import CHAT, call, engine

STRUCTURED = Chat(messages=CHAT.messages, schema={"type": "object", "properties": {"title": {"type": "string"}}})


def takes_no_schema(message: str) -> Callable[[int, Body], Reply]:
    return lambda n, body: refusal(400, message) if "response_format" in body else Reply("Hi.")


@pytest.mark.parametrize("message", ["unknown parameter response_format", "bad request"])
async def test_a_server_without_json_schemas_is_asked_without_and_not_asked_again(
    message: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with engine(takes_no_schema(message)) as (stage, server):
        for _ in range(2):
            assert (await stage.sample(STRUCTURED, call())).text == "Hi."
    tries = ["response_format" in body for body in server.bodies]
    assert tries[-2:] == [False, False]
    assert tries.count(False) == 2
    (record,) = [r for r in caplog.records if "left out from now on" in r.getMessage()]
    assert "response_format json_schema" in record.getMessage()


@pytest.mark.parametrize(
    ("param", "gone", "instead"),
    [("logprobs", "logprobs", None), ("seed", "seed", None), ("max_tokens", "max_tokens", "max_completion_tokens")],
)
async def test_what_a_server_names_is_left_out_or_said_otherwise(param: str, gone: str, instead: str | None) -> None:
    def answer(n: int, body: Body) -> Reply:
        return refusal(400, "unsupported parameter", param) if param in body else Reply("Hi.")

    async with engine(answer) as (stage, server):
        await stage.sample(CHAT, call())
        await stage.sample(CHAT, call())
    assert len(server.bodies) == 3
    assert gone not in server.bodies[-1]
    assert instead is None or server.bodies[-1][instead] == CHAT.max_tokens


async def test_a_refusal_that_nothing_mends_is_not_remembered() -> None:
    async with engine(lambda n, body: refusal(400, "no") if n < 2 else Reply("Hi.")) as (stage, server):
        with pytest.raises(StageFailed):
            await stage.sample(STRUCTURED, call())
        await stage.sample(STRUCTURED, call())
    assert "response_format" in server.bodies[-1]


QUESTION = Chat(messages=CHAT.messages, alternatives=20)
WORDS = ("Yes", "No")


async def test_two_words_are_compared_by_what_the_answer_might_have_begun_with() -> None:
    async with engine(lambda n, _: Reply("Yes", top={"Yes": -0.5, " No": -2.5, "?": -9999.0})) as (stage, server):
        contrast = await stage.contrast(QUESTION, WORDS, call())
    assert contrast is not None
    assert contrast.logit == pytest.approx(2.0)
    assert (server.bodies[0]["logprobs"], server.bodies[0]["top_logprobs"]) == (True, 20)


@pytest.mark.parametrize(
    "reply", [Reply("Yes"), Reply("Yes", logprobs=[-0.1]), Reply("Yes", top={"Sure": -0.1, "Of": -3.0}), Reply("")]
)
async def test_a_server_that_names_neither_word_says_nothing(reply: Reply) -> None:
    async with engine(lambda n, _: reply) as (stage, _):
        contrast = await stage.contrast(QUESTION, WORDS, call())
    assert contrast is not None
    assert contrast.logit is None


ODD_ALTERNATIVES = """{"choices": [{"message": {"content": "Hi."}, "logprobs": {"content": [
    {"token": "Hi.", "logprob": -0.5, "top_logprobs": {"Hi.": -0.5}}]}}]}"""


async def test_alternatives_of_another_form_are_none_and_spoil_no_answer() -> None:
    async with engine(lambda n, _: Reply(raw=ODD_ALTERNATIVES)) as (stage, _):
        assert (await stage.sample(CHAT, call())).logprob == -0.5
        contrast = await stage.contrast(QUESTION, WORDS, call())
    assert contrast is not None
    assert contrast.logit is None


@pytest.mark.parametrize("message", ["top_logprobs must be at most 5", "20 logprobs are more than this server gives"])
async def test_a_server_that_names_no_alternatives_is_asked_once_and_keeps_its_log_probabilities(message: str) -> None:
    def answer(n: int, body: Body) -> Reply:
        return refusal(400, message) if "top_logprobs" in body else Reply("Hi.", logprobs=[-0.5])

    async with engine(answer) as (stage, server):
        contrast = await stage.contrast(QUESTION, WORDS, call())
        assert contrast is not None
        assert contrast.logit is None
        calls = len(server.bodies)
        assert await stage.contrast(QUESTION, WORDS, call()) is None
        assert len(server.bodies) == calls
        assert (await stage.sample(CHAT, call())).logprob == -0.5
