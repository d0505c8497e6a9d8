"""The messages between processes that a request costs, with every stage a deployment."""

from __future__ import annotations

from typing import Any

import pytest

from serve_app.flow.pipeline import Pipeline
from serve_app.stages import STAGES
from tests.graph.placement import placed
from tests.graph.stages import CATALOGUE, ITEM, IngressKnobs, brief, fakes

WORDS = {"title": "Coffee and cake", "description": "A cup of coffee on a table"}
ALL = {"caption": 1, "route": 1, "generate": 1, "streamed": 1, "score": 1}


@pytest.mark.parametrize(
    ("fields", "fewer"),
    [
        ({"item": ITEM}, set()),
        ({"item": ITEM | {"caption": "A cup of coffee."}}, {"caption"}),
        ({"item": WORDS}, {"caption"}),
        ({"item": ITEM, "options": {"categories_wanted": ["DIRECT", "STORY", "HUMOUR"]}}, {"route"}),
        ({"item": WORDS, "options": {"categories_wanted": ["DIRECT"]}}, {"caption", "route"}),
    ],
)
async def test_a_stage_gets_one_message_and_none_that_is_not_needed(fields: dict[str, Any], fewer: set[str]) -> None:
    """Candidates that are written together come in one message, and are scored in one call."""
    stages: Any = placed(fakes(), "deployment")
    decision = await Pipeline(stages, IngressKnobs(), CATALOGUE).decide(brief(**fields))
    assert len(decision.candidates) == 2 * len(decision.categories)
    assert all(candidate.reward is not None or candidate.rejected for candidate in decision.candidates)
    sent: dict[str, int] = {}
    for row in STAGES:
        sent |= getattr(stages, row.key)._handle.messages
    assert sent == {what: count for what, count in ALL.items() if what not in fewer}
    timed = {timing.stage.name.lower() for timing in decision.timings}
    assert timed & fewer <= {"caption"}, "a stage that was not asked took no time"
