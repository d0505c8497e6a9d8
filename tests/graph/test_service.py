"""The service over fakes: admission, batches, and the stages by themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from deployments.deadline import Call
from deployments.errors import InvalidInput, Overloaded, PushGenError, StageFailed, Violation
from deployments.fakes import FakeCaptioner, FakeKnobs, FakeRouter
from deployments.types import (
    CaptionSource,
    Decision,
    Item,
    Priority,
    RouteResult,
    Source,
    Stage,
    StageRevision,
)
from pushgen.v1 import service_pb2
from serve_app.access.caller import Caller
from serve_app.contract.codec import to_message
from serve_app.contract.messages import (
    BatchGenerateNotificationsRequest,
    CaptionItemRequest,
    CheckCopyRequest,
    DecidedEvent,
    GetServiceInfoRequest,
    RouteItemRequest,
    ScoreCopiesRequest,
)
from serve_app.flow.knobs import AdmissionKnobs, IngressKnobs
from serve_app.flow.metrics import NoMetrics
from serve_app.flow.pipeline import Stages
from serve_app.flow.service import PushGenService
from tests.graph.stages import CATEGORIES, ITEM, PROFILES, ForeignReward, fakes, known, request

pytestmark = pytest.mark.usefixtures("both_placements")


class Outcomes(NoMetrics):
    """Remembers how requests ended."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []
        self.refused: list[tuple[str, str]] = []

    def shed(self, rpc: str, reason: str) -> None:
        self.refused.append((rpc, reason))

    def request(self, rpc: str, outcome: str, wall_ms: float) -> None:
        self.seen.append((rpc, outcome))


def service(
    stages: Stages | None = None,
    metrics: NoMetrics | None = None,
    adapters: Sequence[str] = (),
    callers: Callable[[str], Caller] = Caller,
    **admission: Any,
) -> PushGenService:
    async def revisions() -> dict[Stage, StageRevision | None]:
        return {Stage.CAPTION: StageRevision(stage=Stage.CAPTION, kind="fake"), Stage.ROUTE: None}

    async def health() -> dict[str, bool]:
        return {"Generator": True}

    knobs = IngressKnobs(admission=AdmissionKnobs(**admission))
    return PushGenService(
        stages or fakes(), knobs, PROFILES, known, revisions, health, metrics or NoMetrics(), adapters, callers
    )


def slow() -> Stages:
    captioner = FakeCaptioner()
    captioner.knobs = FakeKnobs(latency_ms=200)
    return fakes(captioner=captioner)


async def test_beyond_its_room_the_service_refuses_at_once_with_a_retry_time() -> None:
    outcomes = Outcomes()
    busy = service(slow(), outcomes, max_in_flight=2, max_waiting=0, retry_after_s=7)

    async def asked(request_id: str) -> Decision:
        with busy.journal.request("GenerateNotification"):
            return await busy.generate(request(), request_id)

    results = await asyncio.gather(*(asked(str(i)) for i in range(5)), return_exceptions=True)
    refused = [r for r in results if isinstance(r, Overloaded)]
    assert len(refused) == 3
    assert refused[0].retry_after_s == 7
    assert {r.shed for r in refused} == {"queue_full"}
    assert outcomes.seen == [("GenerateNotification", "OK")] * 2
    assert outcomes.refused == [("GenerateNotification", "queue_full")] * 3
    assert isinstance(await busy.generate(request(), "later"), Decision)


async def test_backfill_leaves_room_for_realtime() -> None:
    busy = service(slow(), max_in_flight=4, max_waiting=0, backfill_share=0.5)
    bulk = request(options={"priority": Priority.BACKFILL})
    work = [asyncio.create_task(busy.generate(bulk, str(i))) for i in range(4)]
    await asyncio.sleep(0)
    realtime = await busy.generate(request(), "r")
    results = await asyncio.gather(*work, return_exceptions=True)
    assert realtime.source is Source.GENERATED
    assert sum(isinstance(r, Overloaded) for r in results) == 2


class BreaksOnTwo(FakeRouter):
    async def route(
        self, item: Item, caption: str, requested: Sequence[str], barred: Sequence[str], max_categories: int, call: Call
    ) -> RouteResult:
        if item.id == "two":
            raise RuntimeError("a bug with a secret path")
        return await super().route(item, caption, requested, barred, max_categories, call)


async def test_one_broken_item_of_a_batch_fails_alone() -> None:
    items = [
        {"id": "one", "title": "Tea"},
        {"id": "two", "title": "Tea"},
        {"id": "three"},
        {"id": "four", "title": "Tea"},
    ]
    whole = {"allow_degradation": False}
    batch = BatchGenerateNotificationsRequest(requests=tuple(request(item=i, options=whole) for i in items))
    answers = {i: a async for i, a in service(fakes(router=BreaksOnTwo())).batch(batch, "b")}
    assert isinstance(answers[0], Decision)
    assert isinstance(answers[1], StageFailed)
    assert "secret" not in str(answers[1])
    assert isinstance(answers[2], InvalidInput)
    assert answers[3].item_id == "four"  # type: ignore[union-attr]
    assert answers[0].request_id == "b/0"


async def test_leaving_a_batch_stops_its_items() -> None:
    outcomes = Outcomes()
    overloaded = service(slow(), outcomes)
    batch = overloaded.batch(BatchGenerateNotificationsRequest(requests=(request(),) * 30), "b")
    await anext(batch)  # type: ignore[arg-type]
    await batch.aclose()  # type: ignore[attr-defined]
    assert outcomes.seen[0] == ("BatchGenerateNotifications/item", "OK")
    assert outcomes.seen[-1] == ("BatchGenerateNotifications/item", "CANCELLED")
    assert len(outcomes.seen) < 30
    assert isinstance(await overloaded.generate(request(), "next"), Decision)


async def test_a_stream_ends_with_the_decision_that_unary_gives() -> None:
    both = service()
    events = [e async for e in both.stream(request(options={"seed": 1}), "r")]
    unary = await both.generate(request(options={"seed": 1}), "r")
    assert isinstance(events[-1], DecidedEvent)
    assert events[-1].decision.notification == unary.notification


async def test_stages_by_themselves() -> None:
    alone = service()
    item = Item(title="Tea")
    captioned = await alone.caption(CaptionItemRequest(item=Item.model_validate(ITEM)), "r")
    assert captioned.caption.source is CaptionSource.FAKE
    words = await alone.caption(CaptionItemRequest(item=item), "r")
    assert (words.caption.text, words.caption.source, words.revision.kind) == ("Tea.", CaptionSource.METADATA, "words")
    routed = await alone.route(RouteItemRequest(item=item, max_categories=2), "r")
    assert len(routed.categories) == 2
    copies = [
        {"title": "Tea is ready", "body": "Come and have a cup."},
        {"title": "Your tea", "body": "It is on the table."},
    ]
    scored = await alone.score(ScoreCopiesRequest.model_validate({"item": item, "copies": copies}), "r")
    assert [c.rank for c in scored.candidates] == [1, 2]
    best, other = (c.win_probability for c in scored.candidates)
    assert best is not None
    assert other is not None
    assert best + other == pytest.approx(1)
    assert scored.compared
    check = CheckCopyRequest(item=item, copies=({"title": "Tea"}, {"body": "Tea now."}), category=CATEGORIES[0])  # type: ignore[arg-type]
    checked = await alone.check(check, "r")
    assert (len(checked.copies), checked.request_id) == (2, "r")


async def test_copies_in_a_language_that_the_model_does_not_know_are_checked_and_not_ranked() -> None:
    copies = [
        {"title": title, "body": "Come and have a cup."} for title in ("Tea is ready", "fuck you all", "Your tea")
    ]
    request = ScoreCopiesRequest.model_validate({"item": {"title": "Tea"}, "copies": copies})
    scored = await service(fakes(reward=ForeignReward())).score(request, "r")
    assert not scored.compared
    assert [(c.id, c.rank, c.reward, c.score, c.win_probability) for c in scored.candidates] == [
        (f"i{n}", 0, None, None, None) for n in (1, 2, 3)
    ]
    assert [c.rejected for c in scored.candidates] == [False, True, False]


@pytest.mark.parametrize(
    ("verb", "bad_request", "field"),
    [
        ("caption", CaptionItemRequest(item=Item(title="x", caption="given")), "item.caption"),
        ("caption", CaptionItemRequest(item=Item()), "item"),
        ("route", RouteItemRequest(item=Item(title="x"), categories_wanted=("NO",)), "categories_wanted[0]"),
        ("route", RouteItemRequest(item=Item(title="x"), max_categories=99), "max_categories"),
        (
            "route",
            RouteItemRequest(item=Item(title="x"), categories_wanted=CATEGORIES[:2], max_categories=1),
            "max_categories",
        ),
        ("score", ScoreCopiesRequest(item=Item(title="x"), copies=({"title": " "},)), "copies[0]"),  # type: ignore[arg-type]
        ("check", CheckCopyRequest(item=Item(title="x"), copies=({"title": "a"},), category="NO"), "category"),  # type: ignore[arg-type]
        (
            "score",
            ScoreCopiesRequest(item=Item(title="x"), copies=({"title": "a"},), length_profile="p"),
            "length_profile",
        ),  # type: ignore[arg-type]
    ],
)
async def test_their_bad_input_is_named(verb: str, bad_request: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        await getattr(service(), verb)(bad_request, "r")
    assert [v.field for v in caught.value.violations] == [field]


class Stale(FakeRouter):
    """Has a newer catalogue than the ingress."""

    async def route(
        self, item: Item, caption: str, requested: Sequence[str], barred: Sequence[str], max_categories: int, call: Call
    ) -> RouteResult:
        raise InvalidInput([Violation("categories_wanted[0]", "unknown category")])


async def test_a_refusal_of_the_router_names_the_field_of_the_request() -> None:
    stale = service(fakes(router=Stale()))
    with pytest.raises(InvalidInput) as caught:
        await stale.route(RouteItemRequest(item=Item(title="x"), categories_wanted=CATEGORIES[:1]), "r")
    assert caught.value.violations[0].field == "categories_wanted[0]"
    with pytest.raises(InvalidInput) as caught:
        await stale.generate(request(options={"categories_barred": CATEGORIES[:1]}), "r")
    assert caught.value.violations[0].field == "options.categories_wanted[0]"


async def test_info_names_the_stages_that_do_not_answer() -> None:
    info = await service().info(GetServiceInfoRequest(), "r")
    assert [revision.stage for revision in info.stages] == [Stage.CAPTION]
    assert info.missing_stages == (Stage.ROUTE,)
    assert [category.category for category in info.categories] == list(CATEGORIES)
    message = to_message(info, service_pb2.GetServiceInfoResponse)
    assert len(message.missing_stages) == 1


async def test_info_publishes_the_limits_of_operator_and_contract() -> None:
    info = await service().info(GetServiceInfoRequest(), "r")
    assert (info.limits.max_tags, info.limits.max_recent_copies, info.limits.max_long_text_chars) == (64, 200, 10_000)
    huge = IngressKnobs.model_validate(
        {
            "limits": {"images": {"max_image_bytes": 2**40}, "max_batch_items": 2**31, "max_time_budget_ms": 2**32},
            "defaults": {"time_budget_ms": 2**32},
        }
    )
    open_service = service()
    open_service.reconfigure(huge, PROFILES)
    info = await open_service.info(GetServiceInfoRequest(), "r")
    message = to_message(info, service_pb2.GetServiceInfoResponse)
    assert message.limits.max_image_bytes == message.limits.max_batch_items == 2**31 - 1
    assert message.defaults.time_budget_ms == 2**31 - 1


async def test_a_refused_request_of_a_batch_is_answered_with_its_error() -> None:
    outcomes, refused = Outcomes(), InvalidInput([Violation("item.title", "must be text")])
    batch = BatchGenerateNotificationsRequest(requests=(request(), refused, request()))
    answers = {i: a async for i, a in service(metrics=outcomes).batch(batch, "b")}
    assert answers[1] is refused
    assert isinstance(answers[0], Decision)
    assert isinstance(answers[2], Decision)
    assert ("BatchGenerateNotifications/item", "INVALID_INPUT") in outcomes.seen


async def test_a_batch_over_the_limit_is_refused() -> None:
    batch = BatchGenerateNotificationsRequest(requests=(request(),) * 257)
    with pytest.raises(PushGenError, match="limit of 256"):
        await anext(service().batch(batch, "b"))  # type: ignore[arg-type]


async def test_a_rejected_copy_is_said_to_be_and_ranks_last() -> None:
    copies = ({"title": "Win 9999 dollars now"}, {"title": "Tea", "body": "Tea is ready for you."})
    scored = await service().score(ScoreCopiesRequest(item=Item(title="Tea is ready"), copies=copies), "r")  # type: ignore[arg-type]
    assert [(c.id, c.rejected) for c in scored.candidates] == [("i2", False), ("i1", True)]
    assert scored.candidates[1].reward is not None
