"""An adapter named in a request: from the wire to the generator's task, and refused by name when there is none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import grpc
import httpx
import pytest

from deployments.deadline import Call
from deployments.errors import InvalidInput
from deployments.fakes import FakeCaptioner, FakeGenerator
from deployments.types import CaptionResult, Decision, Draft, GenerationTask, Item, Stage
from pushgen.v1 import item_pb2, service_pb2, service_pb2_grpc
from serve_app.client import AsyncPushGenClient
from serve_app.contract.messages import GetServiceInfoRequest
from serve_app.flow.service import PushGenService
from serve_app.ingress.http import create_app
from tests.graph.servers import serving
from tests.graph.stages import fakes, request
from tests.graph.test_service import service

ADAPTERS = ("news", "sport")


class Adapted(FakeGenerator):
    """Remembers its tasks, and says in every draft's revision which adapter it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.tasks: list[GenerationTask] = []

    async def generate(self, task: GenerationTask, call: Call) -> AsyncIterator[Draft]:
        self.tasks.append(task)
        revision = self.revision().model_copy(update={"model_revision": f"0+{task.adapter}@1"})
        async for draft in super().generate(task.model_copy(update={"adapter": None}), call):
            yield draft.model_copy(update={"revision": revision})


class Counting(FakeCaptioner):
    calls = 0

    async def caption(self, item: Item, call: Call) -> CaptionResult:
        self.calls += 1
        return await super().caption(item, call)


def body(adapter: str | None) -> dict[str, Any]:
    return {"item": {"title": "Tea is ready"}, "options": {} if adapter is None else {"adapter": adapter}}


def http(app: PushGenService) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(create_app(lambda: app)), base_url="http://test")


def written_by(decision: Decision) -> list[str]:
    return [r.model_revision for r in decision.revisions if r.stage is Stage.GENERATE]


@pytest.mark.parametrize(
    ("wish", "task"), [(None, None), ("", None), ("base", "base"), ("news", "news"), ("sport", "sport")]
)
async def test_the_name_reaches_the_generator_from_either_wire(wish: str | None, task: str | None) -> None:
    generator = Adapted()
    app = service(fakes(generator=generator), adapters=ADAPTERS)
    async with serving(app) as address, AsyncPushGenClient(address) as client, http(app) as web:
        decision = await client.generate(request(**body(wish)))
        answer = await web.post("/v1/notifications:generate", json=body(wish))
    assert answer.status_code == 200, answer.text
    assert [t.adapter for t in generator.tasks] == [task, task]
    assert written_by(decision) == [f"0+{task}@1"]
    assert f"0+{task}@1" in answer.text


@pytest.mark.parametrize("adapters", [ADAPTERS, ()])
async def test_an_unknown_name_is_a_callers_mistake_found_before_any_model_works(adapters: tuple[str, ...]) -> None:
    captioner, generator = Counting(), Adapted()
    app = service(fakes(captioner=captioner, generator=generator), adapters=adapters)
    listed = ", ".join(("base", *adapters))
    async with serving(app) as address, grpc.aio.insecure_channel(address) as channel, http(app) as web:
        generation = service_pb2.GenerateNotificationRequest(
            item=item_pb2.Item(title="Tea is ready"), options=item_pb2.Options(adapter="nws")
        )
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await service_pb2_grpc.PushGenServiceStub(channel).GenerateNotification(generation)
        answer = await web.post("/v1/notifications:generate", json=body("nws"))
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert caught.value.details() == f"options.adapter: unknown adapter 'nws'; known: {listed}"
    assert answer.status_code == 422
    assert answer.json()["violations"] == [
        {"field": "options.adapter", "description": f"unknown adapter 'nws'; known: {listed}"}
    ]
    assert (captioner.calls, generator.tasks) == (0, [])


async def test_a_generator_that_knows_better_than_the_ingress_is_believed() -> None:
    """While a deployment rolls, the ingress may be newer than the generator that it asks."""
    app = service(adapters=ADAPTERS)
    with pytest.raises(InvalidInput) as caught:
        await app.generate(request(**body("news")), "r")
    assert caught.value.violations == [("options.adapter", "unknown adapter 'news'; known: base")]


async def test_the_service_says_which_adapters_there_are() -> None:
    app = service(adapters=ADAPTERS)
    async with serving(app) as address, AsyncPushGenClient(address) as client:
        assert (await client.info()).adapters == ADAPTERS
    assert (await service().info(GetServiceInfoRequest(), "")).adapters == ()
