"""grpc.health.v1 from the stages' health, for kubelets, load balancers and `grpc_health_probe`."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator

import grpc
from grpc_health.v1 import health_pb2

from serve_app.ingress.context import RpcContext
from serve_app.ingress.core import Service

logger = logging.getLogger("ray.serve")

SERVICE_NAME = "pushgen.v1.PushGenService"
SERVED_NAMES = ("", SERVICE_NAME)  # no name means the server as a whole
Status = health_pb2.HealthCheckResponse


class HealthAdapter:
    """The RPCs of grpc.health.v1.Health. Serve finds an RPC by the last part of its name, so the ingress has them."""

    service: Service
    watch_period_s = 1.0
    # Serve may not notice that a watcher left, and each watch takes a slot of the replica. So a watch ends by itself,
    # and watchers ask again, as the protocol demands.
    watch_life_s = 120.0

    async def Check(  # noqa: N802 - Serve calls the method with the RPC's name
        self, request: health_pb2.HealthCheckRequest, grpc_context: RpcContext
    ) -> health_pb2.HealthCheckResponse:
        if request.service not in SERVED_NAMES:
            grpc_context.set_code(grpc.StatusCode.NOT_FOUND)
            grpc_context.set_details("unknown service")
            return Status()
        return Status(status=await self._serving())

    async def List(  # noqa: N802
        self, request: health_pb2.HealthListRequest, grpc_context: RpcContext
    ) -> health_pb2.HealthListResponse:
        del request, grpc_context
        serving = Status(status=await self._serving())
        return health_pb2.HealthListResponse(statuses=dict.fromkeys(SERVED_NAMES, serving))

    async def Watch(  # noqa: N802
        self, request: health_pb2.HealthCheckRequest, grpc_context: RpcContext
    ) -> AsyncIterator[health_pb2.HealthCheckResponse]:
        del grpc_context  # Serve hands it to methods that name it; nothing to set
        is_served = request.service in SERVED_NAMES
        until, last = time.monotonic() + self.watch_life_s, None
        while True:
            now = await self._serving() if is_served else Status.SERVICE_UNKNOWN
            if now != last:
                yield Status(status=now)
                last = now
            if time.monotonic() + self.watch_period_s > until:
                return
            await asyncio.sleep(self.watch_period_s)

    async def _serving(self) -> health_pb2.HealthCheckResponse.ServingStatus:
        stages = await stage_health(self.service)
        return Status.SERVING if stages and all(stages.values()) else Status.NOT_SERVING


async def stage_health(service: Service) -> dict[str, bool]:
    """Return health by stage. A failure to read it counts as unhealthy and is logged."""
    try:
        return await service.healthy()
    except Exception:  # a probe wants an answer, whatever broke
        logger.exception("the health of the stages could not be read")
        return {"service": False}
