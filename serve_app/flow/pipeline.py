"""The flow: item in, Decision out. Caption, route, generate, check, score, select.

Plain Python. It knows the stages only through the protocols of `deployments/stages.py`; the same lines run against
fakes in a unit test, against replicas in the graph, and in a bulk job.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial

from deployments.deadline import Call
from deployments.errors import DeadlineExceeded, Overloaded, StageFailed, StageUnavailable
from deployments.item_text import metadata_caption
from deployments.router.catalogue import Category
from deployments.stages import Captioner, CategoryRouter, Generator, RewardScorer
from deployments.streams import together, until
from deployments.types import (
    Candidate,
    Caption,
    CategoryPlan,
    Copy,
    Decision,
    Degradation,
    Draft,
    GenerationTask,
    ItemFacts,
    RoutedCategory,
    ScoreResult,
    Stage,
)
from serve_app.contract.messages import CandidateEvent, CaptionedEvent, DecidedEvent, Event, RoutedEvent, ScoredEvent
from serve_app.flow import candidates
from serve_app.flow.brief import Brief
from serve_app.flow.canonical import Numbering, distinct
from serve_app.flow.captioning import caption_of
from serve_app.flow.knobs import IngressKnobs
from serve_app.flow.ledger import SURVIVABLE, Ledger
from serve_app.flow.metrics import Metrics, NoMetrics
from serve_app.flow.options import as_sampled, count_as_sampled
from serve_app.flow.plan import plan_of
from serve_app.flow.scoring import Scoring, shown
from serve_app.flow.second_round import task_again, write_again
from serve_app.flow.select import select, select_uncompared
from serve_app.flow.stepwise import in_steps
from serve_app.policy import PolicyContext
from serve_app.policy.tiers import tier_of


@dataclass(frozen=True)
class Stages:
    """The stages that the flow calls."""

    captioner: Captioner
    router: CategoryRouter
    generator: Generator
    reward: RewardScorer


async def decision_of(run: AsyncGenerator[Event, None]) -> Decision:
    """Consume a run of the flow and return its decision. Closes the run."""
    async with aclosing(run) as events:
        async for event in events:
            if isinstance(event, DecidedEvent):
                return event.decision
    raise StageFailed("the flow ended without a decision")


class Pipeline:
    """Turns a Brief into a Decision. Holds no state of a request."""

    def __init__(
        self,
        stages: Stages,
        knobs: IngressKnobs,
        categories: Sequence[Category],
        metrics: Metrics | None = None,
    ) -> None:
        self._stages = stages
        self._knobs = knobs
        self._categories = categories
        self._metrics = metrics or NoMetrics()

    async def decide(self, brief: Brief) -> Decision:
        """Run the flow to its end."""
        return await decision_of(self.run(brief))

    async def run(self, brief: Brief, ledger: Ledger | None = None) -> AsyncGenerator[Event, None]:
        """Yield the events of the flow. `scored` comes once, with every scored copy. `decided` always comes last."""
        ledger = ledger or Ledger()  # a caller's own has the stages also of a run that fails
        ledger.allow_degradation = brief.allow_degradation
        before_routing, before_writing = self._cut(brief, route=1.0, generate=1.0), self._cut(brief, generate=1.0)
        caption = await caption_of(brief, self._stages.captioner, before_routing, ledger)
        yield CaptionedEvent(caption=caption)

        plan = await plan_of(brief, caption.text, self._stages.router, self._categories, before_writing, ledger)
        routed = tuple(RoutedCategory(category=p.category, weight=p.weight, wanted=p.wanted) for p in plan)
        yield RoutedEvent(categories=routed)

        options, task = brief.options, _task(brief, caption, plan)
        written: list[Candidate] = []
        styles = {category.category: category.shows for category in self._categories}
        context, facts = await asyncio.to_thread(brief.read, caption, styles)
        existing = await self._existing(brief, context, ledger)
        async with self._scoring(brief, existing, facts, ledger) as scoring:
            async with aclosing(self._drafts(brief, task, written, scoring.decided_early, ledger)) as drafts:
                async for numbering, batch in drafts:
                    options = as_sampled(options, batch[0])
                    for candidate in await self._check(brief, context, batch, numbering, ledger):
                        written.append(candidate)
                        scoring.add(candidate)
                        yield CandidateEvent(candidate=candidate)
            scored = await self._scored(brief, context, scoring, ledger)
        yield ScoredEvent(candidates=tuple(c for c in scored if c.reward is not None))

        with ledger.stage(Stage.SELECT):
            chosen = select(scored, brief.margin) if scoring.compares else select_uncompared(scored)
        yield DecidedEvent(
            decision=Decision(
                request_id=brief.call.request_id,
                item_id=brief.item.id,
                notification=chosen.notification,
                source=chosen.source,
                reason=chosen.reason,
                candidates=chosen.ranked,
                caption=caption,
                categories=routed,
                timings=ledger.timings,
                revisions=ledger.revisions,
                partial=bool(ledger.degradations),
                degradations=ledger.degradations,
                tier=tier_of(chosen.ranked, chosen.notification, brief.tiers),
                options=options,
            )
        )

    async def _drafts(
        self,
        brief: Brief,
        task: GenerationTask,
        written: Sequence[Candidate],
        decided_early: asyncio.Event,
        ledger: Ledger,
    ) -> AsyncGenerator[tuple[Numbering, list[Draft]], None]:
        """Yield drafts as they finish, with the numbering of their round. written: what the caller made of them."""
        call = self._cut(brief)
        left_s = call.deadline.remaining_s()
        first = Numbering(task.plan, task.candidates_per_category)
        async with aclosing(together(self._generate(brief, task, decided_early, ledger))) as drafts:
            async for batch in drafts:
                yield first, batch
        if not self._knobs.repair_round:
            return
        again = task_again(task, written, left_s - call.deadline.remaining_s(), call, ledger)
        if again is not None:
            second = Numbering(task.plan, 1, round=2, before=max(first.last, len(written)))
            async with aclosing(together(write_again(self._stages.generator, again, call, ledger))) as drafts:
                async for batch in drafts:
                    yield second, batch

    async def _generate(
        self, brief: Brief, task: GenerationTask, decided_early: asyncio.Event, ledger: Ledger
    ) -> AsyncGenerator[Draft, None]:
        """Yield drafts as they finish.

        Ends early when the ranking is decided. Degrades when the time is up, or without text to ground a copy in.
        """
        if not (task.caption.strip() or await asyncio.to_thread(metadata_caption, brief.text_item)):
            ledger.degraded(Degradation.FEWER_CANDIDATES, StageFailed("the item has no text to write from"))
            return
        call = self._cut(brief)
        drafts = until(decided_early, aiter(self._stages.generator.generate(task, call)))
        count, requested = 0, len(task.plan) * task.candidates_per_category
        try:
            while True:
                # Measures the wait for the generator alone, not the work of this flow between two drafts.
                with ledger.stage(Stage.GENERATE):
                    draft = await anext(drafts, None)
                if draft is None:
                    break
                count += 1
                requested = len(task.plan) * count_as_sampled(task.candidates_per_category, draft)
                ledger.used(Stage.GENERATE, draft.usage, draft.revision)
                yield draft
        except SURVIVABLE as error:
            ledger.degraded(Degradation.FEWER_CANDIDATES, error)
            return
        finally:
            await drafts.aclose()
        if count < requested and decided_early.is_set():
            self._metrics.stopped_early(requested - count)
        elif count < requested:
            late = DeadlineExceeded("the time budget was spent while generating")
            short = StageFailed(f"the generator finished {count} of {requested} candidates")
            ledger.degraded(Degradation.FEWER_CANDIDATES, late if call.deadline.expired else short)

    async def _check(
        self,
        brief: Brief,
        context: PolicyContext,
        drafts: Sequence[Draft],
        numbering: Numbering,
        ledger: Ledger,
    ) -> list[Candidate]:
        """Turn drafts into candidates. One thread call serves all waiting drafts: the call costs as much as a check."""
        work = partial(candidates.from_drafts, drafts, numbering, context, self._knobs.policy)
        # What was written at the last moment is still checked, in half of the time kept for scoring.
        return await self._in_time(work, self._cut(brief, score=0.5), ledger)

    async def _existing(self, brief: Brief, context: PolicyContext, ledger: Ledger) -> list[Candidate]:
        """Turn incumbents into candidates."""
        if not brief.incumbents:
            return []
        work = partial(candidates.from_incumbents, brief.incumbents, context, self._knobs.policy)
        # After slow stages three quarters of the time kept for generating are left for it, and some for writing.
        return await self._in_time(work, self._cut(brief, generate=0.25), ledger)

    async def _in_time(self, work: Callable[[], Iterable[Candidate]], call: Call, ledger: Ledger) -> list[Candidate]:
        """Check copies in a thread. Those that are not checked in time are left out: they may be unfit to send."""
        try:
            with ledger.stage(Stage.CHECK):
                async with call.deadline.limit("checking copies"):
                    return await in_steps(work)
        except DeadlineExceeded as late:
            ledger.degraded(Degradation.FEWER_CANDIDATES, late)
            return []

    def _scoring(self, brief: Brief, existing: Sequence[Candidate], facts: ItemFacts, ledger: Ledger) -> Scoring:
        """Start scoring with the existing copies. Generated copies are added as they pass the check."""

        async def ask(copies: Sequence[Copy]) -> ScoreResult:
            with ledger.stage(Stage.SCORE):
                shown_copies = [shown(copy, brief.output_fields) for copy in copies]
                result = await self._stages.reward.score(facts, shown_copies, brief.call)
            ledger.used(Stage.SCORE, result.usage, result.revision, in_turn=True)
            ledger.calibration = result.calibration
            return result

        return Scoring(ask, existing, self._knobs.selection, brief.margin, repeatable=brief.seed is not None)

    async def _scored(self, brief: Brief, context: PolicyContext, scoring: Scoring, ledger: Ledger) -> list[Candidate]:
        """Return every copy, with reward, score and win probability where it was scored."""
        try:
            await scoring.finish()
        except (*SURVIVABLE, Overloaded) as error:  # keeps the generated copies
            if isinstance(error, StageUnavailable) and brief.seed is None:
                error.retry_after_s = None  # another try would write other copies
            ledger.degraded(Degradation.UNSCORED, error)
        with ledger.stage(Stage.CHECK):
            alike = partial(distinct, context=context, settings=self._knobs.policy)
            return await asyncio.to_thread(scoring.candidates, alike)

    def _cut(self, brief: Brief, *, route: float = 0.0, generate: float = 0.0, score: float = 1.0) -> Call:
        """Shorten the call's deadline by the time reserved for later stages, or parts of it."""
        reserve, stages_ms = self._knobs.reserve, brief.stages_ms
        kept_ms = score * min(reserve.score_ms, reserve.score_share * stages_ms)
        kept_ms += route * min(reserve.route_ms, reserve.route_share * stages_ms)
        kept_ms += generate * min(reserve.generate_ms, reserve.generate_share * stages_ms)
        return Call(brief.call.deadline.sooner(kept_ms / 1000), brief.call.priority, brief.call.request_id)


def _task(brief: Brief, caption: Caption, plan: tuple[CategoryPlan, ...]) -> GenerationTask:
    return GenerationTask(
        item=brief.text_item,
        caption=caption.text,
        plan=plan,
        candidates_per_category=brief.candidates_per_category,
        profile=brief.profile,
        output_fields=brief.output_fields,
        temperature=brief.temperature,
        seed=brief.seed,
        adapter=brief.adapter,
    )
