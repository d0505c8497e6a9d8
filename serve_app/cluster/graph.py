"""The service over Serve deployments: handles, categories, revisions and health of the stages."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from ray import serve
from ray.serve.handle import DeploymentHandle

from deployments.deadline import Call, Deadline
from deployments.errors import PushGenError
from deployments.router.catalogue import Category
from deployments.settings import Settings, parse
from deployments.types import Stage, StageRevision
from serve_app.access.caller import Caller
from serve_app.cluster.cached import Cached
from serve_app.cluster.decision_log import DecisionLog
from serve_app.cluster.inline import InlineReplicas
from serve_app.cluster.metrics import ServeMetrics
from serve_app.cluster.placed import Placed, PlacedStages
from serve_app.cluster.presence import Presence
from serve_app.cluster.request_log import RequestLog
from serve_app.flow.catalogue import KnownCategories
from serve_app.flow.knobs import IngressKnobs
from serve_app.flow.places import check_drain, check_growth, check_places, check_stages
from serve_app.flow.profiles import load_profiles, profiles_of
from serve_app.flow.service import PushGenService
from serve_app.flow.writer import WriterTarget, check_writer
from serve_app.policy import warm_up
from serve_app.stages import INGRESS, STAGES

# The age of health. Serve's controller restarts within it, and the stages serve without one. It is documented.
_HEALTH: Final = {"fresh_s": 1.0, "patience_s": 0.5, "max_age_s": 60.0, "wait_s": 2.0}
_CATALOGUE: Final = {"fresh_s": 5.0, "max_age_s": 60.0, "wait_s": 0.5}
_REVISION: Final = {"fresh_s": 5.0, "max_age_s": 60.0, "wait_s": 2.0}
_ASK_S = 10.0
# The states of a replica that takes calls. Serve sees UPDATING while a replica takes new knobs, RECOVERING after a
# restart of its controller, PENDING_MIGRATION until a node is given up.
_RUNNING: Final = ("RUNNING", "UPDATING", "RECOVERING", "PENDING_MIGRATION")
# The name of a deployment in health: its stage's key.
KEYS = {INGRESS: "ingress"} | {row.deployment: row.key for row in STAGES}


class Graph:
    """The service over the stages of this application, as the Ingress deployment holds it."""

    def __init__(
        self,
        max_ongoing_requests: int,
        stage_places: Mapping[str, int],
        growth_points: Mapping[str, float],
        drain_s: Mapping[str, float],
        writer_target: WriterTarget | None,
        adapters: Sequence[str],
        callers: Callable[[str], Caller],
        **stages: DeploymentHandle | Settings,
    ) -> None:
        """Build inline stages. stages: by their keys, the handle of a deployment or the settings of an inline one.

        stage_places, growth_points, drain_s: see `GraphScaling`. writer_target: see `AppSettings`. callers: see the
        service.
        """
        inline = {key: stage for key, stage in stages.items() if isinstance(stage, Settings)}
        handles = {key: stage for key, stage in stages.items() if not isinstance(stage, Settings)}
        self._metrics = metrics = ServeMetrics()
        health = Cached(self._ask_health, **_HEALTH)
        self._inline = InlineReplicas(inline)
        self._stages = PlacedStages.of(handles, self._inline.by_key, metrics, Presence(health).gone)
        self._max_ongoing_requests = max_ongoing_requests
        self._stage_places = stage_places
        self._growth_points = growth_points
        self._drain_s = drain_s
        self._writer_target = writer_target
        self._app_name = serve.get_replica_context().app_name
        self._log, self._decisions = RequestLog(), DecisionLog()
        knobs = IngressKnobs()
        self._categories = KnownCategories(
            Cached(self._ask_categories, **_CATALOGUE), knobs.catalogue.load().categories
        )
        self._revisions = {
            stage.stage: Cached(partial(_ask_revision, stage), **_REVISION) for stage in self._stages.each()
        }
        self.service = PushGenService(
            stages=self._stages,
            knobs=knobs,
            profiles=load_profiles(knobs.length_profiles),
            categories=self._categories,
            revisions=self._known_revisions,
            health=health,
            metrics=metrics,
            adapters=adapters,
            callers=callers,
        )

    def warm_up(self) -> None:
        """Run the policy once. Takes a second: call it from a thread."""
        warm_up()

    def settle(self) -> None:
        """What is loaded by now stays. To look for garbage in it stops every request for a tenth of a second."""
        gc.collect()
        gc.freeze()

    def demand(self) -> dict[str, float]:
        """Return what the autoscaling of the graph goes by, see `Demand`."""
        return self._metrics.demand.totals()

    async def reconfigure(self, user_config: dict[str, Any] | None) -> None:
        """Take new knobs; the first ones start the inline stages. Raises Misconfigured with the impossible knob."""
        knobs = parse(IngressKnobs, user_config or {}, "user_config of Ingress")
        check_places(knobs.admission, self._max_ongoing_requests, self._stage_places)
        check_growth(knobs.admission, self._growth_points)
        check_drain(knobs, self._drain_s)
        check_stages(knobs, self._inline.by_key)
        check_writer(knobs.defaults, self._writer_target)
        at_hand, profiles = knobs.catalogue.load().categories, profiles_of(knobs)
        _ = knobs.policy.terms.lists  # read now, so that a file that cannot be used changes nothing
        self._decisions.reconfigure(knobs.audit)
        self.service.reconfigure(knobs, profiles)
        self._categories.at_hand = at_hand
        self._log.reconfigure(knobs.log)
        await self._inline.reconfigure(knobs.stages)

    async def check_health(self) -> None:
        """Raise StageUnavailable when an inline stage is lost: a new ingress replica brings it back."""
        await self._inline.check_health()

    async def close(self) -> None:
        """Write the lines of the logs that wait, which blocks, and stop the inline stages."""
        self._log.close()
        self._decisions.close()
        await self._inline.stop()

    async def _ask_categories(self) -> tuple[Category, ...]:
        return await self._stages.router.categories(Call(Deadline.after(_ASK_S)))

    async def _known_revisions(self) -> dict[Stage, StageRevision | None]:
        """Return the revision of each stage, None for one that does not answer."""
        answers = await asyncio.gather(*(asked() for asked in self._revisions.values()), return_exceptions=True)
        return dict(zip(self._revisions, map(_answer, answers), strict=True))

    async def _ask_health(self) -> dict[str, bool]:
        """Read health from Serve. There is no time limit: a thread that waits for Serve cannot be ended."""
        status = await asyncio.to_thread(serve.status)
        deployments = status.applications[self._app_name].deployments
        from_serve = {KEYS.get(name, name): _takes_calls(deployment) for name, deployment in deployments.items()}
        return from_serve | self._inline.health()


def _takes_calls(deployment: Any) -> bool:
    """Whether a replica runs, or will start with the next call: a deployment at rest without one scales from zero.

    The status of a deployment does not tell: it is UNHEALTHY while one replica of many is replaced.
    """
    states = deployment.replica_states
    if not any(states.values()):
        return bool(deployment.status == "HEALTHY")
    return any(states.get(state) for state in _RUNNING)


async def _ask_revision(stage: Placed) -> StageRevision:
    return await stage.revision(Call(Deadline.after(_ASK_S)))


def _answer(answer: StageRevision | BaseException) -> StageRevision | None:
    if isinstance(answer, PushGenError):
        return None
    if isinstance(answer, BaseException):
        raise answer
    return answer
