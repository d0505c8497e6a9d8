"""What callers get of a call that Serve's HTTP proxy could not finish."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from ray.serve._private.http_util import validate_http_proxy_callback_return

from serve_app.ingress.unfinished import Unfinished, middlewares
from tests.graph.servers import events

WHOLE = [
    {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]},
    {"type": "http.response.body", "body": b"{}"},
]
CUT_STREAM = [
    {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream; charset=utf-8")]},
    {"type": "http.response.body", "body": b"event: captioned\ndata: {}\n\n", "more_body": True},
]
LAST = {"type": "http.response.body", "body": b"event: decided\ndata: {}\n\n", "more_body": False}


async def ask(messages: list[dict[str, Any]]) -> httpx.Response:
    async def proxy(_scope: Any, _receive: Any, send: Any) -> None:
        for message in messages:
            await send(message)

    transport = httpx.ASGITransport(Unfinished(proxy))
    async with httpx.AsyncClient(transport=transport, base_url="http://proxy") as client:
        return await client.post("/v1/notifications:generate", headers={"x-request-id": "r 1"})


async def test_no_answer_becomes_unavailable_with_a_retry_time() -> None:
    answer = await ask([])
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"] == "r%201"
    assert (answer.json()["reason"], answer.json()["request_id"]) == ("STAGE_UNAVAILABLE", "r 1")


async def test_a_cut_stream_ends_with_an_error() -> None:
    names = [(name, data.get("reason")) for name, data, _ in events((await ask(CUT_STREAM)).text)]
    assert names == [("captioned", None), ("error", "STAGE_UNAVAILABLE")]


@pytest.mark.parametrize("messages", [WHOLE, [*CUT_STREAM, LAST]])
async def test_a_whole_answer_stays_as_it_is(messages: list[dict[str, Any]]) -> None:
    sent = b"".join(message.get("body", b"") for message in messages)
    assert (await ask(messages)).content == sent


async def test_other_protocols_pass() -> None:
    seen: list[str] = []

    async def proxy(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(scope["type"])

    await Unfinished(proxy)({"type": "websocket"}, None, None)  # type: ignore[arg-type]
    assert seen == ["websocket"]


def test_serve_takes_it_as_a_callback() -> None:
    assert [m.cls for m in validate_http_proxy_callback_return(middlewares())] == [Unfinished]
