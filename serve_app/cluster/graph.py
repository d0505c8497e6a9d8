"""The service over Serve deployments: handles, categories, revisions and health of the stages."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from ray import serve
from ray.serve.handle import DeploymentHandle

from deployments.deadline import Call, Deadline
from deployments.settings import parse
from deployments.types import CategoryInfo, Copy, Item, LengthProfile, OutputField, StageRevision
from serve_app.cluster.metrics import ServeMetrics
from serve_app.cluster.remote import RemoteStages
from serve_app.flow.knobs import IngressKnobs, check_places
from serve_app.flow.profiles import load_profiles, profiles_of
from serve_app.flow.service import PushGenService
from serve_app.policy import PolicyContext, PolicySettings, check
from serve_app.stages import INGRESS, STAGES

logger = logging.getLogger("ray.serve")
T = TypeVar("T")
_DIRECTORY_TTL_S = 5.0
_HEALTH_TTL_S = 1.0
_ASK_S = 10.0
# The name of a deployment in health: its stage's key.
KEYS = {INGRESS: "ingress"} | {row.deployment: row.key for row in STAGES}


class Cached(Generic[T]):
    """An answer with a time to live. Callers share one refresh, which goes on when a caller is cancelled.

    Callers wait for the first answer only, and get its error. Later a stale answer is returned during the refresh, and
    stays if the refresh fails.
    """

    def __init__(self, ask: Callable[[], Awaitable[T]], ttl_s: float) -> None:
        self._ask = ask
        self._ttl_s = ttl_s
        self._answer: T | None = None
        self._until = 0.0
        self._refresh: asyncio.Task[T] | None = None

    async def __call__(self) -> T:
        if self._answer is not None and time.monotonic() < self._until:
            return self._answer
        if self._refresh is None or self._refresh.done():
            self._refresh = asyncio.create_task(self._renew())
            self._refresh.add_done_callback(_retrieved)
        if self._answer is not None:
            return self._answer
        return await asyncio.shield(self._refresh)

    async def _renew(self) -> T:
        answer = await self._ask()
        self._answer, self._until = answer, time.monotonic() + self._ttl_s
        return answer


def _retrieved(task: asyncio.Task[Any]) -> None:
    """Log a failed refresh: its caller may already have the stale answer."""
    if not task.cancelled() and task.exception() is not None:
        logger.warning("asking the stages for what they publish failed: %s", task.exception())


class Graph:
    """The service over the stages of this application, as the Ingress deployment holds it."""

    def __init__(
        self,
        max_ongoing_requests: int,
        stage_places: Mapping[str, int],
        adapters: Sequence[str],
        **handles: DeploymentHandle,
    ) -> None:
        """stage_places: see `GraphScaling`. handles: of the stages, by their keys."""
        metrics = ServeMetrics()
        self._stages = RemoteStages.behind(handles, metrics)
        self._max_ongoing_requests = max_ongoing_requests
        self._stage_places = stage_places
        self._app_name = serve.get_replica_context().app_name
        knobs = IngressKnobs()
        self.service = PushGenService(
            stages=self._stages,
            knobs=knobs,
            profiles=load_profiles(knobs.length_profiles),
            categories=Cached(self._ask_categories, _DIRECTORY_TTL_S),
            revisions=Cached(self._ask_revisions, _DIRECTORY_TTL_S),
            health=Cached(self._ask_health, _HEALTH_TTL_S),
            metrics=metrics,
            adapters=adapters,
        )

    def warm_up(self) -> None:
        """Run the policy once, so that the first request does not load its language model, which takes a second."""
        profile = LengthProfile(length_profile="warm-up", max_title=40, max_body=90)
        context = PolicyContext(
            item=Item(title="Warm up"), caption="", profile=profile, output_fields=tuple(OutputField)
        )
        check(
            Copy(title="Warm up before you run", body="A short walk makes the first mile easier."),
            context,
            PolicySettings(),
        )

    def reconfigure(self, user_config: dict[str, Any] | None) -> None:
        """Take new knobs. Raises Misconfigured with the impossible knob."""
        knobs = parse(IngressKnobs, user_config or {}, "user_config of Ingress")
        check_places(knobs.admission, self._max_ongoing_requests, self._stage_places)
        self.service.reconfigure(knobs, profiles_of(knobs))

    async def _ask_categories(self) -> tuple[CategoryInfo, ...]:
        return await self._stages.router.categories(Call(Deadline.after(_ASK_S)))

    async def _ask_revisions(self) -> tuple[StageRevision, ...]:
        """Ask all stages. The calls queue behind the stages' work, so a request must not wait for them."""
        call = Call(Deadline.after(_ASK_S))
        return tuple(await asyncio.gather(*(stage.revision(call) for stage in self._stages.each())))

    async def _ask_health(self) -> dict[str, bool]:
        """Read health from Serve: a stage needs a running replica, or none yet if it scales from zero."""
        status = await asyncio.to_thread(serve.status)
        deployments = status.applications[self._app_name].deployments
        return {KEYS.get(name, name): _healthy(deployment) for name, deployment in deployments.items()}


def _healthy(deployment: Any) -> bool:
    states = deployment.replica_states
    has_running_replica = any(state == "RUNNING" and count for state, count in states.items())
    return deployment.status != "UNHEALTHY" and (has_running_replica or not states)
