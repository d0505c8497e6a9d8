"""Readiness from the stages' health; grpc.health.v1, for kubelets, load balancers and `grpc_health_probe`."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Mapping

import grpc
from grpc_health.v1 import health_pb2

from deployments.errors import Overloaded
from serve_app.ingress.context import RpcContext
from serve_app.ingress.core import Service
from serve_app.stages import STAGES

logger = logging.getLogger("ray.serve")

SERVICE_NAME = "pushgen.v1.PushGenService"
SERVED_NAMES = ("", SERVICE_NAME)  # no name means the server as a whole
Status = health_pb2.HealthCheckResponse
_SPARED = frozenset(row.key for row in STAGES if not row.needed)


class HealthAdapter:
    """The RPCs of grpc.health.v1.Health. Serve finds an RPC by the last part of its name, so the ingress has them.

    A watch takes a slot of the replica. There are slots for `max_watches` beside those of requests (`check_places`).
    """

    service: Service
    watch_period_s = 1.0
    # Serve may not notice that a watcher left. So a watch ends by itself, and watchers ask again, as the protocol
    # demands.
    watch_life_s = 120.0

    async def Check(  # noqa: N802 - Serve calls the method with the RPC's name
        self, request: health_pb2.HealthCheckRequest, grpc_context: RpcContext
    ) -> health_pb2.HealthCheckResponse:
        status = (await self._statuses()).get(request.service)
        if status is None:
            grpc_context.set_code(grpc.StatusCode.NOT_FOUND)
            grpc_context.set_details("unknown service")
            return Status()
        return Status(status=status)

    async def List(  # noqa: N802
        self, request: health_pb2.HealthListRequest, grpc_context: RpcContext
    ) -> health_pb2.HealthListResponse:
        del request, grpc_context
        statuses = {name: Status(status=status) for name, status in (await self._statuses()).items()}
        return health_pb2.HealthListResponse(statuses=statuses)

    async def Watch(  # noqa: N802
        self, request: health_pb2.HealthCheckRequest, grpc_context: RpcContext
    ) -> AsyncIterator[health_pb2.HealthCheckResponse]:
        try:
            with self.service.intake.watch():
                async for status in self._changes(request.service):
                    yield Status(status=status)
        except Overloaded as refused:
            grpc_context.set_code(grpc.StatusCode.RESOURCE_EXHAUSTED)
            grpc_context.set_details(refused.message)
            yield Status()  # Serve sends a call's status only with a message

    async def _changes(self, name: str) -> AsyncIterator[health_pb2.HealthCheckResponse.ServingStatus]:
        """Yield the status at first and whenever it has changed."""
        until, last = time.monotonic() + self.watch_life_s, None
        while True:
            now = (await self._statuses()).get(name, Status.SERVICE_UNKNOWN)
            if now != last:
                yield now
                last = now
            if time.monotonic() + self.watch_period_s > until:
                return
            await asyncio.sleep(self.watch_period_s)

    async def _statuses(self) -> dict[str, health_pb2.HealthCheckResponse.ServingStatus]:
        """Return the status of the service, under both its names, and of each stage under its own."""
        stages = await stage_health(self.service)
        well = {name: is_serving(stages) for name in SERVED_NAMES} | stages
        return {name: Status.SERVING if each else Status.NOT_SERVING for name, each in well.items()}


async def stage_health(service: Service) -> dict[str, bool]:
    """Return health by stage. A failure to read it counts as unhealthy and is logged."""
    try:
        return await service.healthy()
    except Exception:  # a probe wants an answer, whatever broke
        logger.exception("the health of the stages could not be read")
        return {"service": False}


def is_serving(stages: Mapping[str, bool]) -> bool:
    """Whether every stage is well, but for those whose loss is a degradation."""
    return bool(stages) and all(well or name in _SPARED for name, well in stages.items())


def degraded(stages: Mapping[str, bool]) -> list[str]:
    """Return the stages that are lost and that the service does without."""
    return [name for name, well in stages.items() if not well and name in _SPARED]
