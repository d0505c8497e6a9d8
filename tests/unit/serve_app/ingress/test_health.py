"""Health of the service from that of its stages, for probes that want an answer whatever broke."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2

from serve_app.flow.intake import Intake
from serve_app.flow.knobs import IngressKnobs
from serve_app.flow.metrics import NoMetrics
from serve_app.ingress.health import SERVICE_NAME, HealthAdapter, degraded, stage_health
from tests.graph.fake_service import FakeService

SERVING, NOT_SERVING = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING


class Context:
    code: grpc.StatusCode | None = None
    details = ""

    def set_code(self, code: grpc.StatusCode) -> None:
        self.code = code

    def set_details(self, details: str) -> None:
        self.details = details


def adapter(stages: dict[str, bool] | Exception) -> HealthAdapter:
    made = HealthAdapter()
    service = FakeService(healthy=stages) if isinstance(stages, Exception) else FakeService()
    if not isinstance(stages, Exception):
        service.stages = lambda: stages
    made.service = service
    return made


async def check(made: HealthAdapter, name: str = "") -> tuple[Any, Context]:
    context: Any = Context()
    answer = await made.Check(health_pb2.HealthCheckRequest(service=name), context)
    return answer.status, context


async def test_what_cannot_be_read_is_unhealthy_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    service = FakeService(healthy=RuntimeError("no controller"))
    assert await stage_health(service) == {"service": False}
    assert "no controller" in caplog.text


@pytest.mark.parametrize(
    ("stages", "status"),
    [
        ({"captioner": True, "reward": True}, SERVING),
        ({"captioner": True, "reward": False}, NOT_SERVING),
        ({"captioner": True, "generator": False}, NOT_SERVING),
        ({"captioner": False, "router": False, "generator": True, "reward": True}, SERVING),
        ({}, NOT_SERVING),
        (RuntimeError("x"), NOT_SERVING),
    ],
)
async def test_one_stage_that_is_needed_and_not_well_is_enough(
    stages: dict[str, bool] | Exception, status: int
) -> None:
    for name in ("", SERVICE_NAME):
        assert (await check(adapter(stages), name))[0] == status


def test_lost_stages_that_the_service_does_without_are_named() -> None:
    assert degraded({"captioner": False, "router": True, "generator": False}) == ["captioner"]


async def test_an_unknown_service_is_not_found_and_has_no_status() -> None:
    status, context = await check(adapter({"captioner": True}), "grpc.other.Service")
    assert (context.code, context.details) == (grpc.StatusCode.NOT_FOUND, "unknown service")
    assert status == health_pb2.HealthCheckResponse.UNKNOWN


async def test_each_stage_has_a_status_of_its_own_beside_the_services() -> None:
    made = adapter({"captioner": False, "generator": True})
    context: Any = Context()
    statuses = (await made.List(health_pb2.HealthListRequest(), context)).statuses
    expected = {"": SERVING, SERVICE_NAME: SERVING, "captioner": NOT_SERVING, "generator": SERVING}
    assert {name: each.status for name, each in statuses.items()} == expected
    assert (await check(made, "captioner"))[0] == NOT_SERVING


async def test_a_watch_ends_by_itself_and_says_a_status_once() -> None:
    made = adapter({"captioner": True})
    made.watch_period_s, made.watch_life_s = 0.001, 0.02
    context: Any = Context()
    request = health_pb2.HealthCheckRequest()
    assert [answer.status async for answer in made.Watch(request, context)] == [SERVING]


async def test_a_watch_that_has_no_life_left_still_answers() -> None:
    made = adapter({"captioner": True})
    made.watch_life_s = 0
    context: Any = Context()
    answers = [a.status async for a in made.Watch(health_pb2.HealthCheckRequest(service="other"), context)]
    assert answers == [health_pb2.HealthCheckResponse.SERVICE_UNKNOWN]


async def test_a_watch_too_many_is_refused_and_the_place_of_one_that_left_is_free_again() -> None:
    made = adapter({"captioner": True})
    made.service.intake = Intake(
        lambda: IngressKnobs.model_validate({"admission": {"max_watches": 2}}), metrics=NoMetrics()
    )
    contexts: list[Any] = [Context() for _ in range(4)]
    watching = [made.Watch(health_pb2.HealthCheckRequest(), context) for context in contexts]
    assert [(await anext(each)).status for each in watching[:2]] == [SERVING, SERVING]
    refused = [answer.status async for answer in watching[2]]
    assert refused == [health_pb2.HealthCheckResponse.UNKNOWN]
    assert contexts[2].code is grpc.StatusCode.RESOURCE_EXHAUSTED
    await watching[0].aclose()  # type: ignore[attr-defined]
    assert (await anext(watching[3])).status == SERVING
    assert contexts[3].code is None
