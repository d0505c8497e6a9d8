"""Overload at the service: batches item by item, and answers within the time budget."""

from __future__ import annotations

import asyncio
import time

import pytest

from deployments.deadline import Call
from deployments.errors import DeadlineExceeded, Overloaded, PushGenError
from deployments.fakes import FakeCaptioner, FakeKnobs
from deployments.types import CaptionResult, Decision, Degradation, Item, Priority, Source
from serve_app.contract.messages import BatchGenerateNotificationsRequest
from serve_app.flow.service import PushGenService
from tests.graph.stages import fakes, request
from tests.graph.test_service import Outcomes, service, slow


class InGraph(FakeCaptioner):
    """Knows the priorities of the calls that are in it, and how many there were at most."""

    def __init__(self) -> None:
        super().__init__()
        self.knobs = FakeKnobs(latency_ms=20)
        self.now = 0
        self.most = 0
        self.two = asyncio.Event()
        self.priorities: set[Priority] = set()

    async def caption(self, item: Item, call: Call) -> CaptionResult:
        self.now += 1
        self.most = max(self.most, self.now)
        if self.now == 2:
            self.two.set()
        self.priorities.add(call.priority)
        try:
            return await super().caption(item, call)
        finally:
            self.now -= 1


async def batched(busy: PushGenService, items: int, name: str = "b") -> list[Decision | PushGenError]:
    many = BatchGenerateNotificationsRequest(requests=(request(),) * items)
    with busy.journal.request("BatchGenerateNotifications"):
        return [answer async for _, answer in busy.batch(many, name)]


async def test_items_of_batches_are_admitted_one_by_one_as_backfill_and_the_batch_takes_no_place() -> None:
    captioner = InGraph()
    busy = service(fakes(captioner=captioner), max_in_flight=4, backfill_share=0.5, max_waiting=1, batch_concurrency=5)
    batches = [asyncio.create_task(batched(busy, 5, f"b{n}")) for n in range(8)]
    await captioner.two.wait()
    live = await asyncio.gather(*(busy.generate(request(), str(i)) for i in range(2)))
    assert [d.source for d in live] == [Source.GENERATED] * 2
    answers = [answer for batch in await asyncio.gather(*batches) for answer in batch]
    assert [type(a) for a in answers] == [Decision] * 40
    assert captioner.most <= 4
    assert captioner.priorities == {Priority.REALTIME, Priority.BACKFILL}


async def test_only_backfill_is_written_for_a_batch() -> None:
    captioner = InGraph()
    await batched(service(fakes(captioner=captioner)), 3)
    assert captioner.priorities == {Priority.BACKFILL}


async def test_a_batch_that_cannot_be_done_in_its_time_is_refused_before_it_starts() -> None:
    captioner = InGraph()
    captioner.knobs = FakeKnobs(latency_ms=50)
    outcomes = Outcomes()
    busy = service(fakes(captioner=captioner), outcomes, max_batch_s=1.0, batch_concurrency=1)
    assert len(await batched(busy, 2)) == 2
    calls = captioner.most
    with pytest.raises(Overloaded, match="256 items would take") as refused:
        await batched(busy, 256)
    assert refused.value.shed == "batch_too_long"
    assert (captioner.now, captioner.most) == (0, calls)
    assert outcomes.refused == [("BatchGenerateNotifications", "batch_too_long")]


async def test_a_batch_whose_time_ends_answers_every_item() -> None:
    answers = await asyncio.wait_for(batched(service(slow(), max_batch_s=0.5, batch_concurrency=2), 20), 2.0)
    assert len(answers) == 20
    assert isinstance(answers[0], Decision)
    late = [a for a in answers if isinstance(a, PushGenError)]
    assert late
    assert {type(a) for a in late} <= {DeadlineExceeded, Overloaded}


async def test_the_decision_arrives_within_the_budget_with_the_best_so_far() -> None:
    stages = fakes()
    stages.reward.knobs = FakeKnobs(latency_ms=5000)  # type: ignore[attr-defined]
    began = time.monotonic()
    decision = await service(stages).generate(request(options={"time_budget_ms": 400}), "r")
    assert time.monotonic() - began < 0.4
    assert decision.degradations == (Degradation.UNSCORED,)
    assert len(decision.candidates) == 8


async def test_time_at_the_gate_is_taken_from_the_budget_and_shortens_every_reserve() -> None:
    """With reserves of the whole budget, the first stages would have no time left after a wait."""
    stages = fakes()
    stages.captioner.knobs = FakeKnobs(latency_ms=300)  # type: ignore[attr-defined]
    busy = service(stages, max_in_flight=1)
    first = asyncio.create_task(busy.generate(request(), "first"))
    await asyncio.sleep(0)
    began = time.monotonic()
    decision = await busy.generate(request(options={"time_budget_ms": 2000}), "second")
    assert 0.3 < time.monotonic() - began < 2.0
    assert not decision.partial
    await first
