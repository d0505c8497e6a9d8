"""Two generators that say who they are, behind the ingress: which replica Serve sends an item to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from ray import serve
from ray.serve.handle import DeploymentHandle

from deployments.deadline import Call, Deadline
from deployments.errors import StageUnavailable
from deployments.fakes import FakeGenerator
from deployments.generator.deployment import GeneratorDeployment
from deployments.replica import StageReplica
from deployments.retry_budget import RetryBudget
from deployments.types import CategoryPlan, Decision, Draft, GenerationTask, LengthProfile
from serve_app.app import stage_deployment
from serve_app.autoscaling.settings import StockAutoscaling
from serve_app.cluster.remote import RemoteGenerator
from serve_app.contract import messages
from serve_app.flow.metrics import NoMetrics
from serve_app.ingress.protocols import BothProtocols
from serve_app.settings import AffinityScaling
from tests.graph.fake_service import DECISION, FakeService

PROFILE = LengthProfile(length_profile="p", max_title=40, max_body=90)
PLAN = (CategoryPlan(category="DIRECT", instruction="Be plain."),)
ROOM = 2


class TellingGenerator(FakeGenerator):
    """Writes the name of its replica as the title. The title "lose NAME" makes that one ill, as a lost device does."""

    lost = False

    async def check_health(self) -> None:
        if self.lost:
            raise StageUnavailable("the generator's engine has stopped")

    async def generate(self, task: GenerationTask, call: Call) -> AsyncIterator[Draft]:
        name = serve.get_replica_context().replica_id.unique_id
        self.lost |= task.item.title == f"lose {name}"
        await self.check_health()
        async for draft in super().generate(task, call):
            yield draft.model_copy(update={"title": name})


@serve.deployment(name="Generator")
class TellingDeployment(GeneratorDeployment.func_or_class):  # type: ignore[name-defined, misc]
    def __init__(self) -> None:
        StageReplica.__init__(self, TellingGenerator())


class Asking(FakeService):
    """Answers with the replica's name as the item's id."""

    def __init__(self, generator: DeploymentHandle) -> None:
        super().__init__()
        self._generator = RemoteGenerator(generator, NoMetrics(), RetryBudget(10))

    async def generate(
        self,
        request: messages.GenerateNotificationRequest,
        request_id: str,
        tenant: str = "",
        arrived_s: float | None = None,
    ) -> Decision:
        task = GenerationTask(item=request.item, caption="", plan=PLAN, candidates_per_category=1, profile=PROFILE)
        count = int(request.item.creator or 1)  # calls at once, all for this request
        names = await asyncio.gather(*(self._name(task) for _ in range(count)))
        return DECISION.model_copy(update={"item_id": names[0]})

    async def _name(self, task: GenerationTask) -> str:
        (draft,) = [d async for d in self._generator.generate(task, Call(Deadline.after(30)))]
        return draft.title


@serve.deployment(name="Ingress", max_ongoing_requests=64)
@serve.ingress()
class AskingIngress(BothProtocols):
    def __init__(self, generator: DeploymentHandle) -> None:
        self.service = Asking(generator)


def build(args: dict[str, Any]) -> serve.Application:
    scaling = AffinityScaling(
        min_replicas=2, max_replicas=2, num_cpus=0.1, max_ongoing_requests=ROOM, target_ongoing_requests=1
    )
    return AskingIngress.options(ray_actor_options={"num_cpus": 0.1}).bind(
        stage_deployment(TellingDeployment, scaling, StockAutoscaling()).bind()
    )
