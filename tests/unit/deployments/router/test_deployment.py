"""The router's deployment hands every argument to its stage."""

from __future__ import annotations

from deployments.deadline import Call, Deadline
from deployments.fakes import FakeRouterSettings
from deployments.router.deployment import CategoryRouterDeployment
from deployments.types import Item
from tests.unit.deployments.replicas import unhosted

Replica = unhosted(CategoryRouterDeployment)


async def test_wishes_bars_and_the_number_of_categories_reach_the_stage() -> None:
    result = await Replica(FakeRouterSettings()).route(
        Item(), "", ("STORY", "DIRECT", "HUMOUR"), ("DIRECT",), 1, Call(Deadline.after(5))
    )
    assert [plan.category for plan in result.plan] == ["STORY"]


async def test_the_catalogue_is_the_stages() -> None:
    replica = Replica(FakeRouterSettings())
    assert await replica.categories() == await replica.stage.categories()
