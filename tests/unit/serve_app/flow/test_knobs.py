"""Relations between the knobs of a request."""

from __future__ import annotations

from typing import Any

import pytest

from deployments.errors import Misconfigured
from deployments.settings import parse
from serve_app.flow.knobs import IngressKnobs, ReserveKnobs


@pytest.mark.parametrize(
    ("budget_ms", "kept_s"), [(1, 0.0005), (30, 0.015), (100, 0.02), (1000, 0.05), (60_000, 0.5), (0, 0.0)]
)
def test_the_time_to_answer_is_a_bounded_share_and_never_most_of_a_budget(budget_ms: float, kept_s: float) -> None:
    assert ReserveKnobs().answer_s(budget_ms) == pytest.approx(kept_s)


@pytest.mark.parametrize(
    ("knobs", "words"),
    [
        ({"defaults": {"max_categories": 13}}, "defaults.max_categories=13 exceeds limits.max_categories=12"),
        ({"limits": {"max_candidates_per_category": 1}}, "defaults.candidates_per_category=2 exceeds"),
        ({"limits": {"max_time_budget_ms": 1000}}, "defaults.time_budget_ms=30000 exceeds"),
        ({"reserve": {"route_share": 0.1, "generate_share": 0.7, "score_share": 0.2}}, "are 1: nothing is left"),
    ],
)
def test_knobs_that_cannot_work_together_are_refused(knobs: dict[str, Any], words: str) -> None:
    with pytest.raises(Misconfigured, match=words):
        parse(IngressKnobs, knobs, "Ingress")
