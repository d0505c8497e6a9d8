"""Whatever is slow: a Decision with the best so far arrives within the budget, or DEADLINE_EXCEEDED on time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Any

import pytest

from deployments.deadline import Call, Deadline
from deployments.errors import DeadlineExceeded
from deployments.fakes import FakeCaptioner, FakeGenerator, FakeKnobs, FakeRewardScorer, FakeRouter
from deployments.router.catalogue import Category
from deployments.types import Copy, Decision, Degradation, Draft, GenerationTask, ItemFacts, ScoreResult, Source
from serve_app.flow import candidates
from serve_app.flow.catalogue import KnownCategories
from serve_app.flow.knobs import IngressKnobs
from serve_app.flow.metrics import NoMetrics
from serve_app.flow.pipeline import Stages
from serve_app.flow.service import PushGenService
from tests.graph.stages import CATALOGUE, PROFILES, fakes, known, request

BUDGETS_MS = (200, 500, 1000)
# Many requests run at once here, on a machine that does other work too.
SLACK_S = 0.15
INCUMBENT = {"id": "editor", "title": "Coffee time", "body": "Coffee and cake."}
Known = Callable[[Sequence[str], Deadline], Any]


class Hangs:
    """Publishes no categories, ever."""

    async def __call__(self) -> tuple[Category, ...]:
        return await asyncio.Event().wait()  # type: ignore[return-value]

    anew = __call__


class SlowAtTheIncumbents(FakeRewardScorer):
    async def score(self, facts: ItemFacts, copies: Sequence[Copy], call: Call) -> ScoreResult:
        if INCUMBENT["title"] in {copy.title for copy in copies}:
            async with call.deadline.limit("scoring"):
                await asyncio.Event().wait()
        return await super().score(facts, copies, call)


class HangsAfterOne(FakeGenerator):
    async def generate(self, task: GenerationTask, call: Call) -> AsyncGenerator[Draft, None]:
        async for draft in super().generate(task, call):
            yield draft
            async with call.deadline.limit("generating"):
                await asyncio.Event().wait()


def slow(stage: Any, latency_ms: float = 60_000) -> Any:
    stage.knobs = FakeKnobs(latency_ms=latency_ms)
    return stage


# What is slow, and what must have been declared for it.
SLOW: dict[str, tuple[Stages, Known, set[Degradation]]] = {
    "nothing": (fakes(), known, set()),
    "captioner": (fakes(captioner=slow(FakeCaptioner())), known, {Degradation.CAPTION_FROM_METADATA}),
    "router": (fakes(router=slow(FakeRouter())), known, {Degradation.DEFAULT_CATEGORIES}),
    "catalogue": (fakes(), KnownCategories(Hangs(), CATALOGUE), set()),
    "generator": (fakes(generator=slow(FakeGenerator())), known, {Degradation.FEWER_CANDIDATES}),
    "generator midway": (fakes(generator=HangsAfterOne()), known, {Degradation.FEWER_CANDIDATES}),
    "scorer": (fakes(reward=slow(FakeRewardScorer())), known, {Degradation.UNSCORED}),
    "scorer of the incumbents": (fakes(reward=SlowAtTheIncumbents()), known, {Degradation.UNSCORED}),
    "all": (
        fakes(
            captioner=slow(FakeCaptioner()),
            router=slow(FakeRouter()),
            generator=slow(FakeGenerator()),
            reward=slow(FakeRewardScorer()),
        ),
        KnownCategories(Hangs(), CATALOGUE),
        {Degradation.CAPTION_FROM_METADATA, Degradation.DEFAULT_CATEGORIES, Degradation.FEWER_CANDIDATES},
    ),
}


async def nothing() -> Any:
    return {}


async def ask(stages: Stages, categories: Known, budget_ms: int, *, allow: bool) -> tuple[Decision | None, float]:
    """The decision, None for DEADLINE_EXCEEDED, and how late it was, in seconds."""
    service = PushGenService(stages, IngressKnobs(), PROFILES, categories, nothing, nothing, NoMetrics())
    few = {"max_categories": 2, "candidates_per_category": 1}
    options = {"time_budget_ms": budget_ms, "allow_degradation": allow, **few}
    began = time.monotonic()
    decision: Decision | None = None
    try:
        decision = await service.generate(request(incumbents=[INCUMBENT], options=options), "r", arrived_s=began)
    except DeadlineExceeded:
        assert not allow
    return decision, time.monotonic() - began - budget_ms / 1000


async def warm() -> None:
    """The policy loads its language model with the first check."""
    await ask(fakes(), known, 30_000, allow=True)


@pytest.mark.parametrize("budget_ms", BUDGETS_MS)
async def test_a_slow_stage_costs_its_part_of_the_answer_and_no_time(budget_ms: int) -> None:
    await warm()
    answers = await asyncio.gather(*(ask(stages, known_, budget_ms, allow=True) for stages, known_, _ in SLOW.values()))
    for name, (decision, late_s) in zip(SLOW, answers, strict=True):
        assert decision is not None, name
        assert late_s < SLACK_S, name
        assert SLOW[name][2] <= set(decision.degradations), name
        # One slow stage takes no later one with it.
        assert SLOW[name][2] == set(decision.degradations) or name == "all" or budget_ms < 1000, name
        assert decision.partial is bool(decision.degradations), name
        # So many at once leave a short budget no time to check even the incumbent.
        assert decision.source is not Source.NONE or budget_ms < 500, name


@pytest.mark.parametrize("budget_ms", BUDGETS_MS)
async def test_without_leave_to_degrade_the_error_comes_on_time(budget_ms: int) -> None:
    await warm()
    answers = await asyncio.gather(
        *(ask(stages, known_, budget_ms, allow=False) for stages, known_, _ in SLOW.values())
    )
    for name, (decision, late_s) in zip(SLOW, answers, strict=True):
        assert decision is None or not SLOW[name][2], name
        assert late_s < SLACK_S, name


@pytest.mark.parametrize("checked", ["from_drafts", "from_incumbents"])
async def test_a_slow_policy_check_leaves_out_what_it_did_not_reach(
    checked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await warm()
    original = getattr(candidates, checked)

    def slowly(*arguments: Any) -> Any:
        time.sleep(0.9)
        return original(*arguments)

    monkeypatch.setattr(candidates, checked, slowly)
    for allow in (True, False):
        decision, late_s = await ask(fakes(), known, 700, allow=allow)
        assert late_s < SLACK_S
        assert (decision is not None) is allow
        if decision is not None:
            assert decision.degradations == (Degradation.FEWER_CANDIDATES,)
            sources = {c.source for c in decision.candidates}
            assert sources == ({Source.INCUMBENT} if checked == "from_drafts" else {Source.GENERATED})
