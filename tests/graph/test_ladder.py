"""The ladder in the graph: a full gate lowers the requests behind it."""

from __future__ import annotations

import asyncio

from deployments.types import Decision, Degradation, Source
from serve_app.flow.knobs import IngressKnobs
from tests.graph.stages import PROFILES, request
from tests.graph.test_service import service, slow


async def test_a_full_gate_steps_down_the_ladder_and_the_decision_says_so() -> None:
    steps = [{"candidates_per_category": 1, "max_categories": 1}]
    busy = service(slow(), max_in_flight=2, max_waiting=8)
    knobs = IngressKnobs.model_validate({"ladder": {"steps": steps, "up_s": 0}, "admission": {"max_in_flight": 2}})
    busy.reconfigure(knobs, PROFILES)

    async def asked(request_id: str) -> Decision:
        with busy.journal.request("GenerateNotification"):
            return await busy.generate(request(), request_id)

    decisions = await asyncio.gather(*(asked(str(i)) for i in range(4)))
    assert [decision.partial for decision in decisions] == [False, False, True, True]
    lowered = decisions[-1]
    assert lowered.degradations == (Degradation.FEWER_CANDIDATES,)
    assert (lowered.options.max_categories, lowered.options.candidates_per_category) == (1, 1)
    assert len([c for c in lowered.candidates if c.source is Source.GENERATED]) == 1
