"""The least that Ray Serve can do for a request: an ingress that asks one child and answers. Both protocols.

It speaks pushgen.v1 so that one load generator fits both; what it answers is an echo, not a decision.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from grpc_health.v1 import health_pb2
from ray import serve
from ray.serve.handle import DeploymentHandle

from pushgen.v1 import decision_pb2, service_pb2

web = FastAPI()


@serve.deployment(max_ongoing_requests=64, ray_actor_options={"num_cpus": 0.1})
class Child:
    async def echo(self, text: str) -> str:
        return text


@serve.deployment(
    name="Ingress", max_ongoing_requests=256, max_queued_requests=512, ray_actor_options={"num_cpus": 0.1}
)
@serve.ingress(web)
class Echo:
    def __init__(self, child: DeploymentHandle) -> None:
        self._child = child

    @web.post("/v1/notifications:generate")
    async def over_http(self, request: Request) -> dict[str, Any]:
        body = await request.json()
        return {"decision": {"item_id": await self._child.echo.remote(body["item"]["id"])}}

    async def GenerateNotification(  # noqa: N802 - Serve calls the method with the RPC's name
        self, request: service_pb2.GenerateNotificationRequest
    ) -> service_pb2.GenerateNotificationResponse:
        item_id = await self._child.echo.remote(request.item.id)
        return service_pb2.GenerateNotificationResponse(decision=decision_pb2.Decision(item_id=item_id))

    async def List(  # noqa: N802
        self, request: health_pb2.HealthListRequest
    ) -> health_pb2.HealthListResponse:
        del request
        serving = health_pb2.HealthCheckResponse(status=health_pb2.HealthCheckResponse.SERVING)
        return health_pb2.HealthListResponse(statuses={"": serving})


def build(args: dict[str, Any]) -> serve.Application:
    del args  # there is nothing to set
    return Echo.bind(Child.bind())  # type: ignore[attr-defined]
