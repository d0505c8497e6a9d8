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
