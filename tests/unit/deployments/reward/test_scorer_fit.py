"""The scorer with and without a fit measure: one fit a copy, none for a language that it does not know."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from deployments.deadline import Call, Deadline
from deployments.errors import Misconfigured
from deployments.item_text import facts_of
from deployments.kinds import build_reward
from deployments.reward.fit import FitModel
from deployments.reward.fit_net import WEIGHTS_FILE
from deployments.reward.scorer import BradleyTerryScorer
from deployments.reward.settings import RewardKnobs, RewardSettings
from deployments.types import Copy, Item, ScoreResult
from tests.unit.deployments.reward.fits import write_fit

ITEM = Item(title="The Button Room reopens", description="11,400 buttons are in quarantine.")
COPIES = [Copy(title=f"Button number {n}", body="The room reopens. " * (1 + n % 4)) for n in range(12)]
SMALL_ROWS = 200


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fit")
    write_fit(folder, row_tokens=SMALL_ROWS)
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scorer(folder: Path) -> AsyncIterator[BradleyTerryScorer]:
    scorer = build_reward(RewardSettings(fit=str(folder), dtype="float32"))
    await scorer.start(RewardKnobs())
    yield scorer
    await scorer.stop()


async def score(scorer: BradleyTerryScorer, item: Item = ITEM, copies: list[Copy] = COPIES) -> ScoreResult:
    return await scorer.score(facts_of(item, "a drawer"), copies, Call(Deadline.after(60)))


@pytest.mark.asyncio(loop_scope="module")
async def test_every_copy_has_its_own_fit_beside_its_reward(scorer: BradleyTerryScorer, folder: Path) -> None:
    model = FitModel.load(folder, dtype="float32")
    expected = np.concatenate(model.forward(model.encode(model.facts(facts_of(ITEM, "a drawer")), COPIES)))
    items = [ITEM, Item(title="A cat on a chair"), ITEM]
    first, other, again = await asyncio.gather(*(score(scorer, item) for item in items))
    assert first.fits == pytest.approx(expected, abs=1e-4)
    assert again.fits == pytest.approx(first.fits, abs=1e-4)
    assert other.fits != pytest.approx(first.fits, abs=1e-4)
    numbers = [[n for r in result.rewards for n in (r.mean, r.spread)] for result in (first, other)]
    assert numbers[1] == pytest.approx(numbers[0], abs=1e-3)
    assert len(first.rewards) == len(COPIES)


@pytest.mark.asyncio(loop_scope="module")
async def test_its_revision_is_in_every_answer(scorer: BradleyTerryScorer, folder: Path) -> None:
    revision = FitModel.load(folder).revision
    result = await score(scorer)
    assert result.revision.model_revision.endswith(f"+fit@{revision}")
    assert scorer.revision() == result.revision


@pytest.mark.asyncio(loop_scope="module")
async def test_of_an_item_in_a_language_that_it_does_not_know_it_says_nothing(scorer: BradleyTerryScorer) -> None:
    result = await score(scorer, Item(title="x", locale="fr-FR"), COPIES[:3])
    assert result.fits == (None, None, None)
    assert len(result.rewards) == 3


@pytest.mark.asyncio(loop_scope="module")
async def test_a_call_without_copies_has_no_fits(scorer: BradleyTerryScorer) -> None:
    assert (await score(scorer, copies=[])).fits == ()


@pytest.mark.asyncio(loop_scope="module")
async def test_batches_must_hold_a_full_row(scorer: BradleyTerryScorer) -> None:
    limits = {"batching": {"max_batch_tokens": SMALL_ROWS - 1}}
    with pytest.raises(Misconfigured, match=f"row_tokens={SMALL_ROWS}"):
        await scorer.reconfigure(RewardKnobs.model_validate(limits))


async def test_without_a_measure_there_are_rewards_alone() -> None:
    scorer = build_reward(RewardSettings(fit=None, dtype="float32"))
    await scorer.start(RewardKnobs())
    result = await score(scorer)
    await scorer.stop()
    assert result.fits == ()
    assert len(result.rewards) == len(COPIES)
    assert "fit" not in result.revision.model_revision


async def test_a_missing_measure_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"reward\.fit.*'no-such-fit'.*training/fitness/"):
        await build_reward(RewardSettings(fit="no-such-fit")).start(RewardKnobs())
    write_fit(tmp_path)
    (tmp_path / WEIGHTS_FILE).unlink()
    with pytest.raises(Misconfigured, match=rf"reward\.fit: {WEIGHTS_FILE} is missing"):
        await build_reward(RewardSettings(fit=str(tmp_path))).start(RewardKnobs())
