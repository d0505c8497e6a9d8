"""The line of a request, from the wire through the service: over both protocols, whatever its end is."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
import httpx
import pytest

from deployments.deadline import Call
from deployments.fakes import FakeGenerator, FakeKnobs
from deployments.types import Usage
from pushgen.v1 import service_pb2, service_pb2_grpc
from serve_app.access.gate import Access
from serve_app.flow.service import PushGenService
from serve_app.ingress.http import create_app
from tests.graph.servers import serving
from tests.graph.stages import fakes
from tests.graph.test_access import access
from tests.graph.test_service import service, slow

Lines = Callable[[], list[dict[str, Any]]]
TEA = {"id": "tea", "title": "Tea is ready"}


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Lines:
    caplog.set_level(logging.INFO, "pushgen.requests")
    return lambda: [json.loads(r.getMessage()) for r in caplog.records if r.name == "pushgen.requests"]


class Over:
    """A caller over one protocol. Each call returns when the service has answered, however."""

    def __init__(self, protocol: str, service: PushGenService, access: Access | None = None) -> None:
        self.protocol, self._service, self._access = protocol, service, access

    async def __aenter__(self) -> Over:
        if self.protocol == "grpc":
            self._server = serving(self._service, access=self._access)
            self._channel = grpc.aio.insecure_channel(await self._server.__aenter__())
            self._stub = service_pb2_grpc.PushGenServiceStub(self._channel)
        else:
            transport = httpx.ASGITransport(create_app(lambda: self._service, access=self._access))
            self._client = httpx.AsyncClient(transport=transport, base_url="http://test")
        return self

    async def __aexit__(self, *error: object) -> None:
        if self.protocol == "grpc":
            await self._channel.close()
            await self._server.__aexit__(None, None, None)
        else:
            await self._client.aclose()

    async def call(self, rpc: str, path: str, body: dict[str, Any], tenant: str = "") -> None:
        if self.protocol == "http":
            headers = {"x-pushgen-tenant": tenant}
            answer = await (self._client.post(path, json=body, headers=headers) if body else self._client.get(path))
            await answer.aread()
            return
        message = getattr(service_pb2, f"{rpc}Request")()
        answer = getattr(self._stub, rpc)(
            _filled(message, body), metadata=(("x-pushgen-tenant", tenant),) if tenant else None
        )
        try:
            if rpc in {"StreamNotification", "BatchGenerateNotifications"}:
                async for _ in answer:
                    pass
            else:
                await answer
        except grpc.aio.AioRpcError:
            pass

    async def generate(self, tenant: str = "", **body: Any) -> None:
        await self.call("GenerateNotification", "/v1/notifications:generate", {"item": TEA} | body, tenant)


def _filled(message: Any, body: dict[str, Any]) -> Any:
    from google.protobuf.json_format import ParseDict

    return ParseDict(body, message)


@pytest.fixture(params=["grpc", "http"])
def protocol(request: pytest.FixtureRequest) -> str:
    protocol: str = request.param
    return protocol


@pytest.fixture
async def caller(protocol: str) -> AsyncIterator[Over]:
    async with Over(protocol, service()) as over:
        yield over


async def test_an_answer_has_its_line(caller: Over, lines: Lines) -> None:
    await caller.generate("shop", request_id="r1", options={"time_budget_ms": 9000, "priority": "PRIORITY_BACKFILL"})
    (line,) = lines()
    expected = {
        "request_id": "r1", "rpc": "GenerateNotification", "protocol": caller.protocol, "tenant": "shop",
        "priority": "BACKFILL", "item_id": "tea", "outcome": "ok", "code": "OK", "budget_ms": 9000,
        "source": "GENERATED", "decided": "BEST_CANDIDATE", "candidates": 8,
    }  # fmt: skip
    assert {key: line[key] for key in expected} == expected
    assert list(line["stages"]) == ["route", "generate", "check", "score", "select"]
    assert line["revisions"]["score"] == "fake@0"
    assert line["total_ms"] >= line["stages"]["generate"]["wall_ms"]


@pytest.mark.parametrize(
    ("rpc", "path", "body"),
    [
        ("StreamNotification", "/v1/notifications:stream", {"item": TEA}),
        ("CaptionItem", "/v1/items:caption", {"item": TEA}),
        ("RouteItem", "/v1/items:route", {"item": TEA}),
        ("ScoreCopies", "/v1/copies:score", {"item": TEA, "copies": [{"title": "Tea"}]}),
        ("CheckCopy", "/v1/copies:check", {"item": TEA, "copies": [{"title": "Tea"}]}),
        ("GetServiceInfo", "/v1/info", {}),
    ],
)
async def test_every_rpc_has_one(caller: Over, lines: Lines, rpc: str, path: str, body: dict[str, Any]) -> None:
    await caller.call(rpc, path, body)
    (line,) = lines()
    assert (line["rpc"], line["outcome"], line["protocol"]) == (rpc, "ok", caller.protocol)
    assert ("stages" in line) is (rpc != "GetServiceInfo")


async def test_a_batch_has_a_line_and_each_of_its_items_too(caller: Over, lines: Lines) -> None:
    items = [{"item": TEA, "request_id": "first"}, {"item": {"id": "empty"}}]
    await caller.call(
        "BatchGenerateNotifications", "/v1/notifications:batch", {"requests": items, "request_id": "b"}, "shop"
    )
    *ones, batch = sorted(lines(), key=lambda line: (line["request_id"] == "b", line["request_id"]))
    assert [(line["request_id"], line["outcome"]) for line in ones] == [("b/1", "invalid"), ("first", "ok")]
    assert {(line["rpc"], line["protocol"], line["tenant"], line["priority"]) for line in ones if line["tenant"]} == {
        ("BatchGenerateNotifications/item", caller.protocol, "shop", "BACKFILL")
    }
    assert (batch["items"], batch["answers"], batch["failures"], batch["outcome"]) == (2, 2, 1, "ok")


async def test_a_request_that_is_refused_while_it_is_read_has_its_line(caller: Over, lines: Lines) -> None:
    await caller.generate(request_id="r1", options={"time_budget_ms": -1})
    (line,) = lines()
    assert (line["outcome"], line["reason"], line["request_id"]) == ("invalid", "INVALID_INPUT", "r1")
    assert "stages" not in line


async def test_a_body_that_is_no_json_has_its_line(lines: Lines) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(create_app(service)), base_url="http://test") as client:
        await client.post("/v1/notifications:generate", content=b"{", headers={"content-type": "application/json"})
    (line,) = lines()
    assert (line["outcome"], line["reason"], line["code"]) == ("invalid", "MALFORMED_JSON", "400")


async def test_a_request_that_the_gate_refuses_has_its_reason(protocol: str, lines: Lines) -> None:
    async with Over(protocol, service(slow(), max_in_flight=1, max_waiting=0)) as caller:
        await asyncio.gather(*(caller.generate() for _ in range(2)))
    refused, answered = sorted(lines(), key=lambda line: -len(line["outcome"]))
    assert (refused["outcome"], refused["shed"], refused["reason"]) == ("refused", "queue_full", "OVERLOADED")
    assert answered["outcome"] == "ok"


class Stuck(FakeGenerator):
    """Takes a minute."""

    def __init__(self) -> None:
        super().__init__()
        self.knobs = FakeKnobs(latency_ms=60_000)
        self.reached = asyncio.Event()

    async def work(self, call: Call, doing: str) -> Usage:
        self.reached.set()
        return await super().work(call, doing)


async def test_a_late_request_has_the_stages_so_far(protocol: str, lines: Lines) -> None:
    async with Over(protocol, service(fakes(generator=Stuck()))) as caller:
        await caller.generate(options={"time_budget_ms": 300, "allow_degradation": False})
    (line,) = lines()
    assert (line["outcome"], line["reason"]) == ("late", "TIME_BUDGET_SPENT")
    assert {"route", "generate"} <= line["stages"].keys()
    assert line["stages"]["generate"]["wall_ms"] > 50
    assert "compute_ms" not in line["stages"]["generate"], "nobody knows what the generator did"


async def test_a_degraded_answer_says_what_it_lacks(protocol: str, lines: Lines) -> None:
    async with Over(protocol, service(fakes(generator=Stuck()))) as caller:
        await caller.generate(options={"time_budget_ms": 300})
    (line,) = lines()
    assert (line["outcome"], line["degradations"], line["source"]) == ("partial", ["FEWER_CANDIDATES"], "NONE")


@pytest.mark.parametrize("rpc", ["generate", "stream"])
async def test_a_caller_that_leaves_has_its_line(protocol: str, lines: Lines, rpc: str) -> None:
    path, generator = f"/v1/notifications:{rpc}", Stuck()
    async with Over(protocol, service(fakes(generator=generator))) as caller:
        call = asyncio.create_task(
            caller.call({"generate": "GenerateNotification", "stream": "StreamNotification"}[rpc], path, {"item": TEA})
        )
        await asyncio.wait_for(generator.reached.wait(), 5)
        call.cancel()
        async with asyncio.timeout(5):
            while not lines():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    (line,) = lines()
    assert (line["outcome"], line["code"]) == ("cancelled", "CANCELLED")
    assert "route" in line["stages"]


async def test_a_caller_without_a_key_has_its_line(protocol: str, lines: Lines) -> None:
    async with Over(protocol, service(), access()) as caller:
        await caller.generate("shop")
    (line,) = lines()
    assert (line["outcome"], line["reason"]) == ("refused", "UNAUTHENTICATED")
    assert "tenant" not in line, "nobody knows whose it is"
