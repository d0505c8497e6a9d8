"""The service's verbs over the pipeline: deadlines, validation, metrics. Knows neither gRPC nor HTTP."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial

from deployments.captioner.compose import of_words
from deployments.deadline import Call, Deadline
from deployments.errors import InvalidInput, PushGenError, StageFailed, Violation
from deployments.item_text import given_caption
from deployments.router.catalogue import Category
from deployments.types import Decision, LengthProfile, Priority, RoutedCategory, Stage, StageRevision
from serve_app.access.caller import Caller
from serve_app.contract.headers import item_request_id
from serve_app.contract.messages import (
    BatchEntry,
    BatchGenerateNotificationsRequest,
    CaptionItemRequest,
    CaptionItemResponse,
    CheckCopyRequest,
    CheckCopyResponse,
    DecidedEvent,
    Event,
    GenerateNotificationRequest,
    GetServiceInfoRequest,
    GetServiceInfoResponse,
    RouteItemRequest,
    RouteItemResponse,
    ScoreCopiesRequest,
    ScoreCopiesResponse,
)
from serve_app.contract.requests import check_size
from serve_app.contract.verbs import BATCH, CAPTION, CHECK, GENERATE, ROUTE, SCORE, STREAM
from serve_app.flow.admission import Admission
from serve_app.flow.audit import Audit
from serve_app.flow.brief import (
    category_violations,
    copies_violations,
    count_violations,
    item_violations,
    make_brief,
    make_call,
    make_item_call,
    refuse,
)
from serve_app.flow.candidates import from_copies, read
from serve_app.flow.checks import Checks
from serve_app.flow.intake import Intake
from serve_app.flow.journal import Journal
from serve_app.flow.knobs import IngressKnobs
from serve_app.flow.ladder import Ladder
from serve_app.flow.limits import published_info
from serve_app.flow.metrics import Metrics
from serve_app.flow.pictures import FetchingCaptioner, refusal
from serve_app.flow.pipeline import Pipeline, Stages, decision_of
from serve_app.flow.record import current
from serve_app.flow.scoring import compared
from serve_app.flow.stepwise import in_steps
from serve_app.flow.work import of_copies, of_generation, of_item

logger = logging.getLogger("ray.serve")
_BATCH_ITEM = f"{BATCH.rpc}/item"
_INFO_S = 5.0


class PushGenService:
    """Implements `serve_app.ingress.core.Service`.

    categories: returns those that a request with these names is checked against, see `flow/catalogue.py`. revisions:
    returns each stage's, None for one that does not answer. health: returns whether each stage takes calls.
    adapters: LoRA adapters of the generator, fixed while it runs. callers: what the tenant of a name may do.
    """

    def __init__(
        self,
        stages: Stages,
        knobs: IngressKnobs,
        profiles: Mapping[str, LengthProfile],
        categories: Callable[[Sequence[str], Deadline], Awaitable[Sequence[Category]]],
        revisions: Callable[[], Awaitable[Mapping[Stage, StageRevision | None]]],
        health: Callable[[], Awaitable[dict[str, bool]]],
        metrics: Metrics,
        adapters: Sequence[str] = (),
        callers: Callable[[str], Caller] = Caller,
    ) -> None:
        self._knobs = knobs
        self._profiles = profiles
        self._checks, self._audit = Checks(knobs, profiles), Audit(knobs)
        self._categories = categories
        self._revisions = revisions
        self._health = health
        self._metrics = metrics
        self._adapters = tuple(adapters)
        self._callers = callers
        self._admission = Admission(knobs.admission, metrics)
        self.publish = self._admission.publish  # sets the gauges again
        self._ladder = Ladder(knobs, self._admission)
        self.intake = Intake(lambda: self._knobs, metrics)
        self._captioner = FetchingCaptioner(stages.captioner, self.intake, metrics)
        self._captioner.reconfigure(knobs)
        self._stages = replace(stages, captioner=self._captioner)
        self.journal = Journal(metrics, knobs.log)

    def reconfigure(self, knobs: IngressKnobs, profiles: Mapping[str, LengthProfile]) -> None:
        """Take new knobs. Requests in flight keep the knobs they began with."""
        self._knobs = knobs
        self._profiles = profiles
        self._checks, self._audit = Checks(knobs, profiles), Audit(knobs)
        self._captioner.reconfigure(knobs)
        self._admission.reconfigure(knobs.admission)
        self._ladder.reconfigure(knobs)
        self.journal.knobs = knobs.log

    async def generate(
        self, request: GenerateNotificationRequest, request_id: str, tenant: str = "", arrived_s: float | None = None
    ) -> Decision:
        call = make_call(request_id, request.options.time_budget_ms, request.options.priority, self._knobs, arrived_s)
        caller = self._callers(tenant)
        request = self._ladder.lowered(request)
        async with self._admission.admit(GENERATE.rpc, of_generation(request, self._knobs), call, caller):
            return await decision_of(self._events(request, call, caller))

    async def stream(
        self, request: GenerateNotificationRequest, request_id: str, tenant: str = "", arrived_s: float | None = None
    ) -> AsyncGenerator[Event, None]:
        call = make_call(request_id, request.options.time_budget_ms, request.options.priority, self._knobs, arrived_s)
        caller = self._callers(tenant)
        request = self._ladder.lowered(request)
        async with (
            self._admission.admit(STREAM.rpc, of_generation(request, self._knobs), call, caller),
            aclosing(self._events(request, call, caller)) as events,
        ):
            async for event in events:
                yield event

    async def batch(
        self,
        request: BatchGenerateNotificationsRequest,
        request_id: str,
        tenant: str = "",
        _arrived_s: float | None = None,
    ) -> AsyncIterator[tuple[int, Decision | PushGenError]]:
        """Yield answers as they finish: at most `batch_concurrency` items at a time, each under its own deadline.

        The batch takes no place; each item waits for its own, as BACKFILL, and its time budget begins when it has one.
        Every item is answered within `admission.max_batch_s`. A batch that is too long for that is refused first. An
        item that was refused when it was read is answered with its error.
        """
        check_size(request.requests, self.intake.max_batch_items)
        end, caller, record = Deadline.after(self._knobs.admission.max_batch_s), self._callers(tenant), current()
        works = [of_generation(item, self._knobs) for item in request.requests if not isinstance(item, InvalidInput)]
        slots = asyncio.Semaphore(self._knobs.admission.batch_concurrency)

        async def decide(index: int, item: BatchEntry) -> tuple[int, Decision | PushGenError]:
            async with slots:
                item_id = item_request_id(item.request_id, request_id, index)
                try:
                    with self.journal.request(_BATCH_ITEM, record.protocol, item_id, tenant) as own:
                        if isinstance(item, InvalidInput):
                            raise item
                        own.request = item
                        item = self._ladder.lowered(item)
                        turn = Call(end, Priority.BACKFILL, item_id)
                        work = of_generation(item, self._knobs)
                        async with self._admission.admit(_BATCH_ITEM, work, turn, caller, of_batch=True):
                            call = make_item_call(item, turn, self._knobs)
                            return index, await decision_of(self._events(item, call, caller))
                except PushGenError as error:
                    return index, error
                except Exception:
                    logger.exception("item %d of batch %s broke", index, request_id)
                    return index, StageFailed("the service failed on this item")

        with caller.charged(sum(work.units for work in works)):
            self._admission.check_batch(works, _BATCH_ITEM, end)
            tasks = [asyncio.create_task(decide(i, r)) for i, r in enumerate(request.requests)]
            try:
                for done in asyncio.as_completed(tasks):
                    index, answer = await done
                    record.answered(answer)
                    yield index, answer
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def caption(
        self, request: CaptionItemRequest, request_id: str, tenant: str = "", arrived_s: float | None = None
    ) -> CaptionItemResponse:
        call = make_call(request_id, request.time_budget_ms, request.priority, self._knobs, arrived_s)
        ledger = current().ledger
        work = of_item(request.item, self._knobs, looked_at=True)
        async with self._admission.admit(CAPTION.rpc, work, call, self._callers(tenant)):
            async with call.deadline.limit("checking the request"):
                refuse(await asyncio.to_thread(item_violations, request.item, self._knobs))
                if await asyncio.to_thread(given_caption, request.item):
                    raise InvalidInput([Violation("item.caption", "is set already; the captioner has nothing to do")])
                await asyncio.to_thread(request.item.pictures_digest)
            with ledger.stage(Stage.CAPTION):
                if request.item.has_pictures:
                    result = await self._stages.captioner.caption(request.item, call)
                else:
                    result = await asyncio.to_thread(of_words, request.item)
            ledger.used(Stage.CAPTION, result.usage, result.revision)
            if result.refused:
                raise refusal(result.refused)
        return CaptionItemResponse(
            caption=result.caption, timing=ledger.timing(Stage.CAPTION), revision=result.revision, request_id=request_id
        )

    async def route(
        self, request: RouteItemRequest, request_id: str, tenant: str = "", arrived_s: float | None = None
    ) -> RouteItemResponse:
        call = make_call(request_id, request.time_budget_ms, request.priority, self._knobs, arrived_s)
        ledger = current().ledger
        async with self._admission.admit(ROUTE.rpc, of_item(request.item, self._knobs), call, self._callers(tenant)):
            requested, barred = request.categories_wanted, request.categories_barred
            names = [c.category for c in await self._categories((*requested, *barred), call.deadline)]
            limits = self._knobs.limits
            async with call.deadline.limit("checking the request"):
                violations = await asyncio.to_thread(item_violations, request.item, self._knobs)
            violations += category_violations(requested, barred, names, "")
            max_categories = request.max_categories or len(requested) or self._knobs.defaults.max_categories
            violations += count_violations(request.max_categories, requested, limits, "")
            refuse(violations)
            item = request.item.without_media()
            caption = await asyncio.to_thread(given_caption, item)
            with ledger.stage(Stage.ROUTE):
                result = await self._stages.router.route(item, caption, requested, barred, max_categories, call)
            ledger.used(Stage.ROUTE, result.usage, result.revision)
        routed = tuple(RoutedCategory(category=p.category, weight=p.weight, wanted=p.wanted) for p in result.plan)
        timing = ledger.timing(Stage.ROUTE)
        return RouteItemResponse(categories=routed, timing=timing, revision=result.revision, request_id=request_id)

    async def score(
        self, request: ScoreCopiesRequest, request_id: str, tenant: str = "", arrived_s: float | None = None
    ) -> ScoreCopiesResponse:
        """Check and rank copies, see `compared`. A rejected one ranks last and is scored too: a person asked."""
        call = make_call(request_id, request.time_budget_ms, request.priority, self._knobs, arrived_s)
        ledger = current().ledger
        work, caller = of_copies(request.item, len(request.copies), self._knobs), self._callers(tenant)
        async with self._admission.admit(SCORE.rpc, work, call, caller):
            async with call.deadline.limit("checking the request"):
                refuse(await asyncio.to_thread(copies_violations, request, self._knobs, self._profiles))
            profile = self._profiles[request.length_profile or self._knobs.defaults.length_profile]
            context, facts = await asyncio.to_thread(read, request.item, profile, caller)
            with ledger.stage(Stage.SCORE):
                result = await self._stages.reward.score(facts, request.copies, call)
            ledger.used(Stage.SCORE, result.usage, result.revision)
            with ledger.stage(Stage.CHECK):
                async with call.deadline.limit("checking the copies"):
                    candidates = await in_steps(partial(from_copies, request.copies, context, self._knobs.policy))
        ranked, timing = compared(candidates, result, self._knobs.selection), ledger.timing(Stage.SCORE)
        response = ScoreCopiesResponse(
            candidates=ranked, timing=timing, revision=result.revision, request_id=request_id
        )
        return response.model_copy(update={"compared": result.calibration.compares})

    async def check(
        self, request: CheckCopyRequest, request_id: str, tenant: str = "", arrived_s: float | None = None
    ) -> CheckCopyResponse:
        """Check copies. No stage is called; the router is asked for its categories when the request names one."""
        call = make_call(request_id, request.time_budget_ms, request.priority, self._knobs, arrived_s)
        work, caller = of_copies(request.item, len(request.copies), self._knobs), self._callers(tenant)
        async with self._admission.admit(CHECK.rpc, work, call, caller):
            categories = await self._categories((request.category,), call.deadline) if request.category else ()
            return await self._checks.check(request, [c.category for c in categories], call, caller)

    async def info(
        self, _request: GetServiceInfoRequest, _request_id: str, tenant: str = "", _arrived_s: float | None = None
    ) -> GetServiceInfoResponse:
        categories, revisions = await self._categories((), Deadline.after(_INFO_S)), await self._revisions()
        adapters = filter(self._callers(tenant).may_use, self._adapters)
        return published_info(self._knobs, self._profiles, categories, revisions, adapters)

    async def healthy(self) -> dict[str, bool]:
        return await self._health()

    async def _events(
        self, request: GenerateNotificationRequest, call: Call, caller: Caller
    ) -> AsyncGenerator[Event, None]:
        knobs, profiles, options, record = self._knobs, self._profiles, request.options, current()
        categories = await self._categories((*options.categories_wanted, *options.categories_barred), call.deadline)
        names = [c.category for c in categories]
        async with call.deadline.limit("checking the request"):
            brief = await asyncio.to_thread(make_brief, request, call, knobs, profiles, names, self._adapters, caller)
        pipeline = Pipeline(self._stages, knobs, categories, self._metrics)
        audit, rules_revision = self._audit, self._checks.revision(caller)
        async with aclosing(pipeline.run(brief, record.ledger)) as events:
            async for event in events:
                if isinstance(event, DecidedEvent):
                    record.decision = event.decision
                    self._metrics.decided(event.decision)
                    audit.note(record, brief, options.margin, categories, rules_revision)
                yield event
