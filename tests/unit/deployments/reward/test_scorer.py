"""The shipped reward model behind its scorer: order, batching across requests, refusals by name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from deployments.deadline import Call, Deadline
from deployments.errors import DeadlineExceeded, Misconfigured
from deployments.item_text import facts_of
from deployments.kinds import build_reward
from deployments.reward.scorer import BradleyTerryScorer
from deployments.reward.settings import RewardKnobs, RewardSettings
from deployments.types import Copy, Item, ItemFacts, ScoreResult

ITEM = Item(title="x")
COPIES = [
    Copy(title=f"They said it could not be done. Number {i} did it", body="Here is how." * (i % 3)) for i in range(8)
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scorer() -> AsyncIterator[BradleyTerryScorer]:
    scorer = build_reward(RewardSettings(dtype="float32", fit=None))  # bfloat16 rounds by what else is in the batch
    await scorer.start(RewardKnobs())
    yield scorer
    await scorer.stop()


async def score(scorer: BradleyTerryScorer, copies: list[Copy]) -> ScoreResult:
    return await scorer.score(facts_of(ITEM, ""), copies, Call(Deadline.after(60)))


@pytest.mark.asyncio(loop_scope="module")
async def test_a_copy_scores_the_same_alone_and_among_others(scorer: BradleyTerryScorer) -> None:
    together = await score(scorer, COPIES)
    alone = [(await score(scorer, [c])).rewards[0] for c in COPIES]
    assert [r.mean for r in together.rewards] == pytest.approx([r.mean for r in alone], abs=1e-3)
    assert all(r.spread > 0 for r in together.rewards)
    assert len({round(r.mean, 4) for r in together.rewards}) > 4
    assert together.usage.batch_size == len(COPIES)
    assert together.revision.model_revision


@pytest.mark.asyncio(loop_scope="module")
async def test_of_an_item_in_a_language_it_was_not_trained_on_it_calls_every_pair_a_tie(
    scorer: BradleyTerryScorer,
) -> None:
    call = Call(Deadline.after(60))
    spanish, english = [await scorer.score(ItemFacts(language=language), COPIES[:2], call) for language in ("es", "en")]
    assert spanish.rewards == pytest.approx(english.rewards)
    assert spanish.calibration.win_probability(*spanish.rewards) == 0.5
    assert english.calibration.win_probability(*english.rewards) != 0.5


@pytest.mark.asyncio(loop_scope="module")
async def test_copies_of_different_requests_share_batches(scorer: BradleyTerryScorer) -> None:
    results = await asyncio.gather(*(score(scorer, COPIES[:2]) for _ in range(12)))
    assert max(r.usage.batch_size for r in results) > 2


@pytest.mark.asyncio(loop_scope="module")
async def test_expired_work_is_not_computed(scorer: BradleyTerryScorer) -> None:
    with pytest.raises(DeadlineExceeded):
        await scorer.score(facts_of(ITEM, ""), COPIES, Call(Deadline.after(-1)))


@pytest.mark.asyncio(loop_scope="module")
async def test_batch_limits_change_while_serving_and_impossible_ones_are_refused(scorer: BradleyTerryScorer) -> None:
    await scorer.reconfigure(RewardKnobs.model_validate({"batching": {"max_batch_items": 2}}))
    assert (await score(scorer, COPIES)).usage.batch_size == 2
    with pytest.raises(Misconfigured, match="max_batch_tokens=8"):
        await scorer.reconfigure(RewardKnobs.model_validate({"batching": {"max_batch_tokens": 8}}))
    await scorer.reconfigure(RewardKnobs())


async def test_a_missing_model_is_named() -> None:
    with pytest.raises(Misconfigured, match=r"no-such-model.*training/"):
        await build_reward(RewardSettings(model="no-such-model", fit=None)).start(RewardKnobs())
