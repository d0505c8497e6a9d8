"""An engine of kind "openai" that has started, over a fake server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from deployments.deadline import Call, Deadline
from deployments.engines.dialect import Chat
from deployments.engines.engine import Message
from deployments.engines.openai_engine import OpenAiEngine
from deployments.engines.openai_settings import OpenAiServer
from deployments.types import Priority
from tests.fake_openai import Body, FakeOpenAi, Reply, fake_openai

CHAT = Chat(
    messages=(Message("system", "Be brief."), Message("user", "Hello?")), seed=7, temperature=0.5, logprobs=True
)


@asynccontextmanager
async def engine(
    answer: Callable[[int, Body], Reply], **settings: Any
) -> AsyncIterator[tuple[OpenAiEngine, FakeOpenAi]]:
    """An engine that has started, and its server; what the start asked is forgotten."""
    started = False
    async with fake_openai(lambda n, body: answer(n, body) if started else Reply("ready")) as server:
        stage = OpenAiEngine(
            OpenAiServer.model_validate({"base_url": server.url, "model": "m"} | settings), "generator"
        )
        await stage.start(CHAT)
        started = True
        for recorded in (server.bodies, server.headers, server.times_s):
            recorded.clear()
        yield stage, server
        await stage.stop()


def call(seconds: float = 10, priority: Priority = Priority.REALTIME) -> Call:
    return Call(Deadline.after(seconds), priority)
