"""The category router as a Serve deployment."""

from __future__ import annotations

from collections.abc import Sequence

from ray import serve

from deployments.deadline import Call
from deployments.kinds import AnyRouterSettings, build_router
from deployments.replica import StageReplica
from deployments.router.catalogue import Category
from deployments.stages import RouterStage
from deployments.types import Item, RouteResult


@serve.deployment(name="CategoryRouter")
class CategoryRouterDeployment(StageReplica[RouterStage]):
    def __init__(self, settings: AnyRouterSettings) -> None:
        super().__init__(build_router(settings))

    async def route(
        self, item: Item, caption: str, requested: Sequence[str], barred: Sequence[str], max_categories: int, call: Call
    ) -> RouteResult:
        return await self.serving.route(item, caption, requested, barred, max_categories, call)

    async def categories(self) -> tuple[Category, ...]:
        return await self.stage.categories()
