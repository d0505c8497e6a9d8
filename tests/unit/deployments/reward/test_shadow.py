"""The shadow: it measures agreement, waits for a quiet moment, and never touches an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from deployments.deadline import Call, Deadline
from deployments.item_text import facts_of
from deployments.reward.scorer import BradleyTerryScorer
from deployments.reward.settings import RewardKnobs, RewardSettings
from deployments.reward.shadow import BACKLOG, Outcome, Shadow, agree
from deployments.types import Copy, Item
from tests.unit.deployments.reward.conftest import Variant

COPIES = [
    Copy(title=t) for t in ("Here is why", "They said no. She did it anyway", "Ten ways to see it", "What a week")
]


class Recorded:
    """Metrics that a test can read."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []
        self.agreements: list[tuple[str, str, float, bool]] = []

    def call(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)

    def agreement(self, live: str, shadow: str, tau: float, top1: bool) -> None:
        self.agreements.append((live, shadow, tau, top1))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - a list has no event
            await asyncio.sleep(0.001)


@pytest.mark.parametrize(("factor", "tau", "top1"), [(1.0, 1.0, True), (-1.0, -1.0, False)])
async def test_rank_agreement_with_the_same_and_with_the_opposite_model(
    variant: Variant, tmp_path: Path, factor: float, tau: float, top1: bool
) -> None:
    metrics = Recorded()
    live, shadow = variant("one", 1.0), variant("two", factor)
    scorer = BradleyTerryScorer(RewardSettings(model=str(tmp_path / "one"), dtype="float32", fit=None), lambda: metrics)
    await scorer.start(RewardKnobs(shadow=str(tmp_path / "two"), shadow_revision=shadow))
    item, call = Item(title="x"), Call(Deadline.after(60))
    for copies in (COPIES, COPIES[:1], COPIES[:3]):
        assert (await scorer.score(facts_of(item, ""), copies, call)).revision.model_revision == live
    await until(lambda: len(metrics.outcomes) == 2)  # one copy alone has no order
    assert metrics.outcomes == ["scored", "scored"]
    assert [(*pair, round(t, 6), same) for *pair, t, same in metrics.agreements] == [(live, shadow, tau, top1)] * 2

    await scorer.reconfigure(RewardKnobs(shadow=str(tmp_path / "two"), shadow_share=0))
    await scorer.score(facts_of(item, ""), COPIES, call)
    await scorer.reconfigure(RewardKnobs())
    await scorer.score(facts_of(item, ""), COPIES, call)
    await scorer.stop()
    assert metrics.outcomes == ["scored", "scored"]


class Model:
    """Scores a text by its length, and breaks on an empty one."""

    revision = "shadow"

    def __init__(self) -> None:
        self.batches: list[int] = []

    def encode(self, texts: Sequence[str]) -> list[int]:
        return [len(t) for t in texts]

    def forward(self, rows: Sequence[int]) -> Any:
        if 0 in rows:
            raise ValueError("an empty text")
        self.batches.append(len(rows))
        return np.array([[row, 0.1] for row in rows], np.float32)


class Bench:
    """A shadow on a model of two lines, with the live model's load in the test's hand."""

    def __init__(self) -> None:
        self.metrics = Recorded()
        self.model = Model()
        self.quiet = asyncio.Event()
        self.waits = asyncio.Event()
        self.shadow = Shadow(SimpleNamespace(model=self.model), 1.0, self.idle, self.metrics)  # type: ignore[arg-type]

    async def idle(self) -> None:
        self.waits.set()
        await self.quiet.wait()


async def test_the_shadow_waits_for_a_quiet_moment_and_its_backlog_is_bounded() -> None:
    bench = Bench()
    for _ in range(BACKLOG + 5):
        bench.shadow.offer(["a", "bb"], [1.0, 2.0], "live")
    assert bench.metrics.outcomes == ["skipped"] * 5
    await bench.waits.wait()
    assert bench.model.batches == []
    bench.quiet.set()
    await until(lambda: len(bench.metrics.outcomes) == BACKLOG + 5)
    assert bench.metrics.outcomes.count("scored") == BACKLOG
    assert bench.metrics.agreements[0] == ("live", "shadow", 1.0, True)
    bench.shadow.close()


async def test_calls_that_wait_when_it_ends_are_counted() -> None:
    bench = Bench()
    for _ in range(3):
        bench.shadow.offer(["a", "bb"], [1.0, 2.0], "live")
    bench.shadow.close()
    assert bench.metrics.outcomes == ["skipped"] * 3


async def test_a_failure_is_counted_and_the_next_call_is_scored_in_short_forwards() -> None:
    bench = Bench()
    bench.quiet.set()
    bench.shadow.offer(["", "bb"], [1.0, 2.0], "live")
    bench.shadow.offer(["a" * n for n in range(1, 41)], [float(-n) for n in range(40)], "live")
    await until(lambda: len(bench.metrics.outcomes) == 2)
    assert bench.metrics.outcomes == ["failed", "scored"]
    assert bench.metrics.agreements == [("live", "shadow", -1.0, False)]
    assert max(bench.model.batches) <= 16
    bench.shadow.close()


def test_rankings_without_an_order_have_no_agreement() -> None:
    assert agree([1.0, 1.0], [1.0, 2.0]) is None
    tau, top1 = agree([3.0, 2.0, 1.0], [3.0, 1.0, 2.0]) or (0.0, False)
    assert tau == pytest.approx(1 / 3)
    assert top1
