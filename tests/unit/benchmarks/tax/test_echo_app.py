"""The echo application that shows what Serve itself costs: it speaks the contract of both protocols."""

from __future__ import annotations

import types
from typing import Any

import pytest
import yaml
from grpc_health.v1 import health_pb2

from benchmarks.tax.echo_app import Child, Echo, build
from pushgen.v1 import item_pb2, service_pb2
from serve_app.stages import INGRESS


class Handle:
    """A handle of the child, without Ray."""

    def __init__(self) -> None:
        self.echo = self

    def remote(self, text: str) -> Any:
        child: Any = Child
        return child.func_or_class().echo(text)


@pytest.fixture
def echo() -> Any:
    return types.SimpleNamespace(_child=Handle())


async def test_both_protocols_echo_the_items_id_in_a_decision(echo: Any) -> None:
    ingress: Any = Echo
    request = service_pb2.GenerateNotificationRequest(item=item_pb2.Item(id="it"))
    answer = await ingress.func_or_class.GenerateNotification(echo, request)
    assert answer.decision.item_id == "it"

    async def body() -> dict[str, Any]:
        return {"item": {"id": "it"}}

    over_http = await ingress.func_or_class.over_http(echo, types.SimpleNamespace(json=body))
    assert over_http == {"decision": {"item_id": "it"}}


async def test_it_is_healthy_for_the_load_generator(echo: Any) -> None:
    ingress: Any = Echo
    answer = await ingress.func_or_class.List(echo, health_pb2.HealthListRequest())
    assert answer.statuses[""].status == health_pb2.HealthCheckResponse.SERVING


def test_its_config_builds_it_with_one_child(root: Any) -> None:
    config = yaml.safe_load((root / "benchmarks/tax/echo.yaml").read_text())
    (application,) = config["applications"]
    assert application["import_path"] == f"{build.__module__}:{build.__name__}"
    ingress: Any = build({})
    assert ingress._bound_deployment.name == INGRESS  # whose CPU time is told apart
    (child,) = ingress._bound_deployment.init_args
    assert child._bound_deployment.name == "Child"
