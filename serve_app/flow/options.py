"""The options that are in force for a request: its own, and a default for each that it leaves unset."""

from __future__ import annotations

from typing import Final

from deployments.types import Draft, EffectiveOptions, Options, OutputField, Priority
from serve_app.flow.knobs import IngressKnobs

_ALL_FIELDS: Final = (OutputField.TITLE, OutputField.BODY)


def budget_in_force(time_budget_ms: int | None, knobs: IngressKnobs) -> int:
    """Return the time budget in milliseconds, capped by the service."""
    return min(time_budget_ms or knobs.defaults.time_budget_ms, knobs.limits.max_time_budget_ms)


def options_in_force(options: Options, knobs: IngressKnobs, priority: Priority) -> EffectiveOptions:
    """Fill in every default that the ingress has. The temperature's is the generator's, see `as_sampled`."""
    defaults = knobs.defaults
    return EffectiveOptions(
        categories_wanted=options.categories_wanted,
        categories_barred=options.categories_barred,
        max_categories=defaults.categories(options),
        candidates_per_category=defaults.candidates(options),
        length_profile=options.length_profile or defaults.length_profile,
        output_fields=tuple(dict.fromkeys(options.output_fields)) or _ALL_FIELDS,
        temperature=options.temperature,
        seed=options.seed,
        margin=knobs.selection.margin if options.margin is None else options.margin,
        time_budget_ms=budget_in_force(options.time_budget_ms, knobs),
        priority=priority,
        allow_degradation=options.allow_degradation is not False,
        adapter=options.adapter,
    )


def as_sampled(options: EffectiveOptions, draft: Draft) -> EffectiveOptions:
    """Return them as the generator of the draft applied them: with its temperature, and one candidate at 0."""
    count = count_as_sampled(options.candidates_per_category, draft)
    return options.model_copy(update={"temperature": draft.temperature, "candidates_per_category": count})


def count_as_sampled(count: int, draft: Draft) -> int:
    """Return how many candidates a category has, of those that were asked for: at temperature 0 one."""
    return 1 if draft.temperature == 0 else count
