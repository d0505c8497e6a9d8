"""A server that speaks as much of the OpenAI API as we use, on loopback, and answers as it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Body = dict[str, Any]


@dataclass
class Reply:
    """One answer. `text` is the message's, `raw` the whole body instead. `until`: held back until it is set.

    top: what the answer might have begun with, by token; sent with `logprobs`, or as one token.
    """

    text: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    finish_reason: str = "stop"
    logprobs: list[float] | None = None
    top: dict[str, float] | None = None
    usage: Body | None = None
    raw: str | None = None
    until: asyncio.Event | None = None


def copy(n: int) -> str:
    return json.dumps({"title": f"Title {n}", "body": f"This is body number {n}."})


def refusal(status: int, message: str, param: str | None = None, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    error = {"error": {"message": message, "type": "x", "param": param, "code": None}}
    return Reply(status=status, raw=json.dumps(error), headers=named)


class FakeOpenAi:
    """`answer` gets the number of the call, from 0, and its body. `abandoned` counts calls whose caller has gone."""

    def __init__(self, answer: Callable[[int, Body], Reply]) -> None:
        self.answer = answer
        self.url = ""
        self.bodies: list[Body] = []
        self.headers: list[dict[str, str]] = []
        self.times_s: list[float] = []
        self.in_flight = self.most_in_flight = self.abandoned = 0
        self.changed = asyncio.Condition()

    async def when(self, reached: Callable[[FakeOpenAi], bool]) -> None:
        """Until the server is in this state, at most five seconds."""
        async with asyncio.timeout(5), self.changed:
            await self.changed.wait_for(lambda: reached(self))

    async def _changes(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    async def _complete(self, request: web.Request) -> web.Response:
        number = len(self.bodies)
        self.times_s.append(asyncio.get_running_loop().time())
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        body = await request.json()
        self.bodies.append(body)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        await self._changes()
        try:
            reply = self.answer(number, body)
            if reply.until is not None:
                await reply.until.wait()
            return _response(reply)
        except asyncio.CancelledError:
            self.abandoned += 1
            raise
        finally:
            self.in_flight -= 1
            asyncio.get_running_loop().create_task(self._changes())


def _response(reply: Reply) -> web.Response:
    if reply.raw is not None:
        return web.Response(text=reply.raw, status=reply.status, headers=reply.headers, content_type="application/json")
    choice: Body = {
        "index": 0,
        "message": {"role": "assistant", "content": reply.text},
        "finish_reason": reply.finish_reason,
    }
    if reply.logprobs is not None or reply.top is not None:
        top = [{"token": token, "logprob": p, "bytes": None} for token, p in (reply.top or {}).items()]
        values = reply.logprobs or [-0.1]
        size = -(-len(reply.text) // len(values))  # a token holds an equal part of the text
        tokens = [
            {"token": reply.text[n * size : (n + 1) * size], "logprob": p, "top_logprobs": top}
            for n, p in enumerate(values)
        ]
        choice["logprobs"] = {"content": tokens}
    answer: Body = {"id": "c", "object": "chat.completion", "created": 0, "model": "of-the-server", "choices": [choice]}
    if reply.usage is not None:
        answer["usage"] = reply.usage
    return web.json_response(answer, status=reply.status, headers=reply.headers)


@asynccontextmanager
async def fake_openai(answer: Callable[[int, Body], Reply]) -> AsyncIterator[FakeOpenAi]:
    """A server on a port of its own, gone at the end."""
    fake = FakeOpenAi(answer)
    app = web.Application(client_max_size=64 * 2**20)
    app.router.add_post("/v1/chat/completions", fake._complete)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    fake.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield fake
    finally:
        await runner.cleanup()
