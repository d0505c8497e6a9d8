"""The options in force: what the Decision says of them."""

from __future__ import annotations

import pytest

from deployments.types import Draft, EffectiveOptions, Options, OutputField, Priority
from serve_app.flow.knobs import IngressKnobs
from serve_app.flow.options import as_sampled, budget_in_force, options_in_force

KNOBS = IngressKnobs.model_validate(
    {
        "defaults": {"max_categories": 3, "candidates_per_category": 2, "length_profile": "ios"},
        "selection": {"margin": 0.1},
        "limits": {"max_time_budget_ms": 40_000},
    }
)


def test_every_default_of_the_ingress_is_filled_in() -> None:
    assert options_in_force(Options(), KNOBS, Priority.BACKFILL) == EffectiveOptions(
        max_categories=3,
        candidates_per_category=2,
        length_profile="ios",
        output_fields=tuple(OutputField),
        margin=0.1,
        time_budget_ms=30_000,
        priority=Priority.BACKFILL,
        allow_degradation=True,
    )


def test_the_callers_own_options_stay_the_budget_as_the_service_caps_it() -> None:
    own = Options(
        categories_wanted=("A",),
        categories_barred=("B",),
        max_categories=1,
        candidates_per_category=5,
        length_profile="web",
        output_fields=(OutputField.TITLE,),
        temperature=0.7,
        seed=0,
        margin=0.0,
        time_budget_ms=90_000,
        allow_degradation=False,
        adapter="base",
    )
    expected = EffectiveOptions.model_validate(own.model_dump() | {"time_budget_ms": 40_000})
    assert options_in_force(own, KNOBS, Priority.REALTIME) == expected


@pytest.mark.parametrize(("asked", "expected"), [(None, 30_000), (1, 1), (90_000, 40_000)])
def test_the_budget_is_capped(asked: int | None, expected: int) -> None:
    assert budget_in_force(asked, KNOBS) == expected


def test_the_temperature_is_the_generators_and_at_0_a_category_has_one_candidate() -> None:
    options = options_in_force(Options(), KNOBS, Priority.REALTIME)
    sampled = as_sampled(options, Draft(category="A", index=0, temperature=0.3))
    assert (sampled.temperature, sampled.candidates_per_category) == (0.3, 2)
    greedy = as_sampled(options, Draft(category="A", index=0, temperature=0.0))
    assert (greedy.temperature, greedy.candidates_per_category) == (0.0, 1)
