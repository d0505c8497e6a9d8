"""The tier of a Decision, on fakes."""

from __future__ import annotations

from deployments.types import Copy, Decision, Source, Tier
from serve_app.flow.knobs import IngressKnobs
from serve_app.flow.pipeline import Pipeline
from tests.graph.stages import CATALOGUE, ScriptedGenerator, brief, fakes

GOOD = Copy(title="A cup of coffee", body="Coffee and cake are on the table.")


async def decide(*copies: Copy, **fields: object) -> Decision:
    stages = fakes(generator=ScriptedGenerator(copies))
    return await Pipeline(stages, IngressKnobs(), CATALOGUE).decide(brief(**fields))  # type: ignore[arg-type]


async def test_the_tier_is_that_of_the_copy_to_send_by_the_tenants_rule() -> None:
    over_long = {"id": "editor", "title": "Coffee time", "body": "Coffee and cake. " * 6}
    decision = await decide(incumbents=[over_long])
    assert (decision.source, decision.tier) == (Source.INCUMBENT, Tier.HOLD)
    decision = await decide(GOOD)
    assert (decision.source, decision.tier) == (Source.GENERATED, Tier.AUTO)
    decision = await decide()
    assert (decision.source, decision.tier) == (Source.NONE, None)
