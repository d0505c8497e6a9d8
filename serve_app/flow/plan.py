"""The plan of categories: the request's own, the router's, or one of the defaults where the router does not answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from deployments.deadline import Call
from deployments.errors import InvalidInput
from deployments.router.catalogue import Category, usable
from deployments.stages import CategoryRouter
from deployments.types import CategoryPlan, Degradation, Stage
from serve_app.flow.brief import Brief
from serve_app.flow.ledger import SURVIVABLE, Ledger


async def plan_of(
    brief: Brief, caption: str, router: CategoryRouter, categories: Sequence[Category], call: Call, ledger: Ledger
) -> tuple[CategoryPlan, ...]:
    """Return the plan and record its cost. Raises InvalidInput, Overloaded.

    A request that names its categories is written in all of them. The router could only weigh them: it is not asked.
    """
    if brief.requested_categories:
        try:
            return default_plan(brief, caption, categories)
        except InvalidInput as error:
            raise error.below("options") from None
    wishes = brief.requested_categories, brief.barred_categories, brief.max_categories
    with ledger.stage(Stage.ROUTE):
        try:
            try:
                result = await router.route(brief.text_item, caption, *wishes, call)
            except SURVIVABLE as error:
                ledger.degraded(Degradation.DEFAULT_CATEGORIES, error)
                return await asyncio.to_thread(default_plan, brief, caption, categories)
        except InvalidInput as error:  # neither knows in which field a request has its categories
            raise error.below("options") from None
    ledger.used(Stage.ROUTE, result.usage, result.revision)
    return result.plan


def default_plan(brief: Brief, caption: str, categories: Sequence[Category]) -> tuple[CategoryPlan, ...]:
    """Return the requested categories, else the catalogue's defaults, else all whose gates are open; of equal weights.

    Searches the item's text unless categories are requested: call it in a thread then. Raises InvalidInput as the
    router does when no category is left.
    """
    allowed = usable(categories, brief.text_item, caption, brief.requested_categories, brief.barred_categories)
    chosen = [categories[i] for i in allowed]
    if not brief.requested_categories:
        chosen = [c for c in chosen if c.is_default] or chosen
    chosen = chosen[: brief.max_categories]
    return tuple(c.plan(1 / len(chosen), c.category in brief.requested_categories) for c in chosen)
