"""The plan of categories for a request that the router does not answer."""

from __future__ import annotations

from collections.abc import Sequence

from deployments.types import CategoryInfo, CategoryPlan
from serve_app.flow.brief import Brief


def default_plan(brief: Brief, categories: Sequence[CategoryInfo]) -> tuple[CategoryPlan, ...]:
    """Return the requested categories, else the catalogue's defaults, with equal weights."""
    usable = [c for c in categories if c.category not in brief.barred_categories]
    if brief.requested_categories:
        chosen = [c for c in usable if c.category in brief.requested_categories]
    else:
        chosen = [c for c in usable if c.is_default] or usable
    chosen = chosen[: brief.max_categories]
    return tuple(
        CategoryPlan(
            category=c.category,
            instruction=c.instruction,
            weight=1 / len(chosen),
            wanted=c.category in brief.requested_categories,
        )
        for c in chosen
    )
