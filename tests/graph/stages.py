"""Stages for tests of the flow: fakes, and fakes that break."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from PIL import Image as Pillow

from deployments.deadline import Call, Deadline
from deployments.errors import PushGenError
from deployments.fakes import FakeCaptioner, FakeGenerator, FakeKnobs, FakeRewardScorer, FakeRouter
from deployments.router.catalogue import Category
from deployments.types import (
    CaptionResult,
    Copy,
    Draft,
    GenerationTask,
    Item,
    ItemFacts,
    LengthProfile,
    Reward,
    RouteResult,
    ScoreResult,
    WinCalibration,
)
from serve_app.contract.messages import GenerateNotificationRequest
from serve_app.flow.brief import Brief, make_brief
from serve_app.flow.knobs import IngressKnobs
from serve_app.flow.pipeline import Stages


def png() -> bytes:
    out = io.BytesIO()
    Pillow.new("RGB", (8, 8), "red").save(out, "PNG")
    return out.getvalue()


PIXEL = png()
PROFILES = {"default": LengthProfile(length_profile="default", max_title=40, max_body=90)}
CATEGORIES = ("DIRECT", "CURIOSITY", "QUESTION", "BENEFIT_HOWTO", "STORY", "HUMOUR")
CATALOGUE = tuple(
    Category(category=c, definition=c, instruction=c, cues=(c,), is_default=i < 3) for i, c in enumerate(CATEGORIES)
)


async def known(_names: Sequence[str], _deadline: Deadline) -> tuple[Category, ...]:
    """The categories that requests are checked against."""
    return CATALOGUE


# With a picture, so that its caption is the captioner's.
ITEM = {
    "id": "x", "title": "Coffee and cake", "description": "A cup of coffee on a table", "images": [{"data": PIXEL}],
}  # fmt: skip


def request(**fields: Any) -> GenerateNotificationRequest:
    fields.setdefault("item", ITEM)
    return GenerateNotificationRequest.model_validate(fields)


def brief(knobs: IngressKnobs | None = None, budget_s: float = 30.0, **fields: Any) -> Brief:
    call = Call(Deadline.after(budget_s), request_id="r1")
    return make_brief(request(**fields), call, knobs or IngressKnobs(), PROFILES, CATEGORIES)


def as_they_are(stages: Stages) -> Stages:
    """The placement of stages in most tests; `both_placements` has others in its stead."""
    return stages


def fakes(**replaced: Any) -> Stages:
    stages = {
        "captioner": FakeCaptioner(),
        "router": FakeRouter(),
        "generator": FakeGenerator(),
        "reward": FakeRewardScorer(),
    }
    return as_they_are(Stages(**{**stages, **replaced}))


class BrokenCaptioner(FakeCaptioner):
    def __init__(self, error: PushGenError) -> None:
        super().__init__()
        self.error = error

    async def caption(self, item: Item, call: Call) -> CaptionResult:
        raise self.error


class BrokenRouter(FakeRouter):
    def __init__(self, error: PushGenError) -> None:
        super().__init__()
        self.error = error

    async def route(
        self, item: Item, caption: str, requested: Sequence[str], barred: Sequence[str], max_categories: int, call: Call
    ) -> RouteResult:
        raise self.error


class BrokenReward(FakeRewardScorer):
    def __init__(self, error: PushGenError) -> None:
        super().__init__()
        self.error = error

    async def score(self, facts: ItemFacts, copies: Sequence[Copy], call: Call) -> ScoreResult:
        raise self.error


class ForeignReward(FakeRewardScorer):
    """A reward model that does not know the language of any item."""

    async def score(self, facts: ItemFacts, copies: Sequence[Copy], call: Call) -> ScoreResult:
        result = await super().score(facts, copies, call)
        return result.model_copy(update={"calibration": WinCalibration(slope=0)})


class WatchedReward(FakeRewardScorer):
    """Rewards by title, else those of the fake. Knows the titles of each call, and how many run or were cancelled."""

    def __init__(self, means: Mapping[str, float] | None = None, latency_ms: float = 0.0) -> None:
        super().__init__()
        self.means = means or {}
        self.knobs = FakeKnobs(latency_ms=latency_ms)
        self.calls: list[list[str]] = []
        self.cancelled = 0

    async def score(self, facts: ItemFacts, copies: Sequence[Copy], call: Call) -> ScoreResult:
        self.calls.append([c.title for c in copies])
        try:
            result = await super().score(facts, copies, call)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        rewards = [
            Reward(mean=self.means.get(c.title, r.mean), spread=r.spread)
            for c, r in zip(copies, result.rewards, strict=True)
        ]
        return result.model_copy(update={"rewards": tuple(rewards)})


class ScriptedGenerator(FakeGenerator):
    """Yields the given copies, then raises the error if there is one. Knows what it wrote and whether it was closed."""

    def __init__(self, copies: Sequence[Copy], error: PushGenError | None = None, latency_ms: float = 0.0) -> None:
        super().__init__()
        self.copies = copies
        self.error = error
        self.knobs = FakeKnobs(latency_ms=latency_ms)
        self.closed = False
        self.written = 0
        self.tasks: list[GenerationTask] = []

    async def generate(self, task: GenerationTask, call: Call) -> AsyncIterator[Draft]:
        self.tasks.append(task)
        try:
            for index, copy in enumerate(self.copies):
                await self.work(call, "generating")
                self.written += 1
                yield Draft(
                    title=copy.title,
                    body=copy.body,
                    category=task.plan[0].category,
                    index=index,
                    likelihood=-1.0,
                    fit=0.9,
                )
            if self.error is not None:
                raise self.error
        finally:
            self.closed = True
