"""The graph of a bulk worker: every stage in this process, and the service over them. No Serve, no hop."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from deployments.deadline import Call, Deadline
from deployments.errors import Misconfigured, PushGenError
from deployments.router.catalogue import Category
from deployments.types import Decision, Stage, StageRevision
from serve_app.access.caller import Caller
from serve_app.access.gate import build_access
from serve_app.access.settings import AnyAccessSettings
from serve_app.bulk.plan import Plan
from serve_app.cluster.inline import InlineReplicas
from serve_app.cluster.placed import PlacedStages
from serve_app.contract.messages import GenerateNotificationRequest
from serve_app.flow.metrics import NoMetrics
from serve_app.flow.profiles import profiles_of
from serve_app.flow.service import PushGenService
from serve_app.policy import warm_up
from serve_app.stages import STAGES

_ASK_S: Final = 10.0


class LocalGraph:
    """The stages of a config and their service. `start` first; all calls belong to one event loop."""

    def __init__(self, plan: Plan) -> None:
        settings = plan.settings
        self._plan = plan
        self._replicas = InlineReplicas({row.key: getattr(settings, row.key) for row in STAGES})
        self._stages = PlacedStages.of({}, self._replicas.by_key, NoMetrics(), gone=lambda _key: False)
        caller = caller_of(settings.access, plan.tenant)
        self._service = PushGenService(
            stages=self._stages,
            knobs=plan.knobs,
            profiles=profiles_of(plan.knobs),
            categories=self._categories,
            revisions=self._revisions,
            health=self._health,
            metrics=NoMetrics(),
            adapters=settings.generator.adapter_names,
            callers=lambda _tenant: caller,
        )

    async def start(self) -> None:
        """Load models and start the engine. Raises Misconfigured."""
        await self._replicas.reconfigure(self._plan.user_configs)
        await asyncio.to_thread(warm_up)
        gc.collect()
        gc.freeze()

    async def decide(self, request: GenerateNotificationRequest, request_id: str) -> Decision:
        return await self._service.generate(request, request_id, self._plan.tenant)

    async def check_health(self) -> None:
        """Raise StageUnavailable when a stage cannot work any more."""
        await self._replicas.check_health()

    async def stop(self) -> None:
        await self._replicas.stop()

    async def _categories(self, _names: Sequence[str], deadline: Deadline) -> tuple[Category, ...]:
        return await self._stages.router.categories(Call(deadline))

    async def _revisions(self) -> dict[Stage, StageRevision | None]:
        call = Call(Deadline.after(_ASK_S))
        return {stage.stage: await stage.revision(call) for stage in self._stages.each()}

    async def _health(self) -> dict[str, bool]:
        return self._replicas.health()


def caller_of(settings: AnyAccessSettings, tenant: str) -> Caller:
    """Return what the tenant may do, without a limit of its rate: the job is the operator's. Raises Misconfigured."""
    if not tenant:
        return Caller()
    try:
        return replace(build_access(settings).caller(tenant), allowance=None)
    except PushGenError:
        raise Misconfigured(f"--tenant: the config's access has no tenant {tenant!r}") from None
