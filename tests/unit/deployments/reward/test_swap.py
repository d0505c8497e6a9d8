"""A reward model follows another under load: nothing is lost, and every answer is of the model that it names."""

from __future__ import annotations

import asyncio
import gc
import json
import shutil
import weakref
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from safetensors.torch import load_file, save_file

from deployments.deadline import Call, Deadline
from deployments.encoder import Encoder
from deployments.errors import Misconfigured
from deployments.item_text import facts_of
from deployments.reward.heads import CONFIG_FILE, WEIGHTS_FILE
from deployments.reward.model import RewardModel
from deployments.reward.scorer import BradleyTerryScorer
from deployments.reward.settings import RewardKnobs, RewardSettings
from deployments.types import Copy, Item, ScoreResult
from tests.unit.deployments.reward.conftest import Variant

COPIES = [
    Copy(title=title)
    for title in ("Here is why", "They said no. She did it anyway", "Ten ways to see it", "What a week")
]
LIMITS = {"max_batch_tokens": 2048}


@pytest_asyncio.fixture
async def scorer(variant: Variant, tmp_path: Path) -> AsyncIterator[BradleyTerryScorer]:
    """Serves the folder `one`; bfloat16 would round by what else is in the batch."""
    variant("one", 1.0)
    scorer = BradleyTerryScorer(RewardSettings(model=str(tmp_path / "one"), dtype="float32", fit=None))
    await scorer.start(RewardKnobs())
    yield scorer
    await scorer.stop()


def knobs(**fields: object) -> RewardKnobs:
    return RewardKnobs.model_validate(fields)


async def score(scorer: BradleyTerryScorer, copies: list[Copy] = COPIES) -> ScoreResult:
    return await scorer.score(facts_of(Item(title="x"), ""), copies, Call(Deadline.after(60)))


async def test_no_call_is_lost_and_each_is_of_one_model(
    scorer: BradleyTerryScorer, variant: Variant, tmp_path: Path
) -> None:
    new = variant("two", 3.0)
    old = scorer.revision().model_revision
    truth = [r.mean for r in (await score(scorer)).rewards]
    factors = {old: 1.0, new: 3.0}
    swapped = asyncio.Event()
    seen: list[str] = []

    async def caller(copies: int) -> None:
        after = 3
        while after:
            after -= swapped.is_set()
            result = await score(scorer, COPIES[:copies])
            revision = result.revision.model_revision
            seen.append(revision)
            expected = [mean * factors[revision] for mean in truth[:copies]]
            assert [r.mean for r in result.rewards] == pytest.approx(expected, abs=1e-3)
            assert result.calibration.slope == factors[revision]

    async def swap() -> None:
        await scorer.reconfigure(knobs(model=str(tmp_path / "two"), model_revision=new))
        swapped.set()

    await asyncio.gather(swap(), *(caller(1 + n % 4) for n in range(8)))
    assert {*seen} == {old, new}
    assert scorer.revision().model_revision == new
    assert scorer.revision().model == "two"


async def test_a_call_that_waits_ends_on_the_model_it_began_with(
    scorer: BradleyTerryScorer, variant: Variant, tmp_path: Path
) -> None:
    """With the shadow promoted nothing has to be loaded, so the change comes while the calls still wait."""
    old = scorer.revision().model_revision
    new = variant("two", 3.0)
    await scorer.reconfigure(knobs(shadow=str(tmp_path / "two")))
    shutil.rmtree(tmp_path / "two")
    waiting = [asyncio.create_task(score(scorer)) for _ in range(8)]
    await asyncio.sleep(0)
    await scorer.reconfigure(knobs(model=str(tmp_path / "two")))
    after = await score(scorer)
    assert {r.revision.model_revision for r in await asyncio.gather(*waiting)} == {old}
    assert after.revision.model_revision == new


async def test_the_old_model_leaves_memory(scorer: BradleyTerryScorer, variant: Variant, tmp_path: Path) -> None:
    variant("two", 3.0)
    await score(scorer)
    old = weakref.ref(scorer._live.model)  # type: ignore[union-attr]
    await scorer.reconfigure(knobs(model=str(tmp_path / "two")))
    await score(scorer)
    gc.collect()
    assert old() is None


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("missing", "reward.model: there is no folder 'nowhere'"),
        ("no weights", f"{WEIGHTS_FILE} is missing"),
        ("cut weights", f"{WEIGHTS_FILE} is missing or does not fit"),
        ("another encoder", "was trained on .* another-encoder"),
        ("another revision", "reward.model_revision='0123456789ab' .* holds '{revision}'"),
        ("small batches", "max_batch_tokens=8"),
    ],
)
async def test_a_model_that_cannot_serve_is_refused_and_the_old_one_stays(
    scorer: BradleyTerryScorer, variant: Variant, tmp_path: Path, damage: str, words: str
) -> None:
    before = await score(scorer)
    revision = variant("two", 3.0)
    fields: dict[str, object] = {"model": str(tmp_path / "two")}
    weights, config = tmp_path / "two" / WEIGHTS_FILE, tmp_path / "two" / CONFIG_FILE
    match damage:
        case "missing":
            fields["model"] = "nowhere"
        case "no weights":
            weights.unlink()
        case "cut weights":
            weights.write_bytes(weights.read_bytes()[:100])
        case "another encoder":
            config.write_text(
                config.read_text().replace('"encoder_revision": "', '"encoder_revision": "another-encoder ')
            )
        case "another revision":
            fields["model_revision"] = "0123456789ab"
        case "small batches":
            fields["batching"] = {"max_batch_tokens": 8}
    with pytest.raises(Misconfigured, match=words.replace("{revision}", revision)):
        await scorer.reconfigure(knobs(**fields))
    after = await score(scorer)
    assert after.revision == before.revision
    assert after.rewards == before.rewards


async def test_a_bad_shadow_is_refused_by_its_own_name_and_the_model_does_not_change(
    scorer: BradleyTerryScorer, variant: Variant, tmp_path: Path
) -> None:
    variant("two", 3.0)
    before = scorer.revision()
    with pytest.raises(Misconfigured, match=r"reward\.shadow: there is no folder 'nowhere'"):
        await scorer.reconfigure(knobs(model=str(tmp_path / "two"), shadow="nowhere"))
    assert scorer.revision() == before


async def test_other_limits_load_nothing_and_a_new_revision_reads_a_folder_again(
    scorer: BradleyTerryScorer, variant: Variant
) -> None:
    old = scorer.revision().model_revision
    new = variant("one", 3.0)  # written over in place
    await scorer.reconfigure(knobs(batching={"max_batch_items": 2}))
    result = await score(scorer)
    assert (result.revision.model_revision, result.usage.batch_size) == (old, 2)
    await scorer.reconfigure(knobs(model_revision=new))
    assert (await score(scorer)).revision.model_revision == new


async def test_the_last_of_two_quick_changes_stays(
    scorer: BradleyTerryScorer, variant: Variant, tmp_path: Path
) -> None:
    variant("two", 2.0)
    last = variant("three", 3.0)
    await asyncio.gather(
        scorer.reconfigure(knobs(model=str(tmp_path / "two"), batching={"max_batch_items": 3})),
        scorer.reconfigure(knobs(model=str(tmp_path / "three"), batching={"max_batch_items": 2})),
    )
    result = await score(scorer)
    assert (result.revision.model_revision, result.usage.batch_size) == (last, 2)


async def test_a_change_that_loads_while_the_scorer_stops_leaves_no_shadow_behind(
    scorer: BradleyTerryScorer, variant: Variant, tmp_path: Path
) -> None:
    variant("two", 3.0)
    change = asyncio.create_task(scorer.reconfigure(knobs(shadow=str(tmp_path / "two"))))
    await asyncio.sleep(0)  # the change begins, and waits for its thread
    await scorer.stop()
    await change
    assert "reward shadow" not in {task.get_name() for task in asyncio.all_tasks()}


@pytest.mark.parametrize(("damage", "words"), [("layers", "dim=1920, its trunk and layers 384"), ("nan", "not finite")])
async def test_a_model_that_loads_but_gives_no_rewards_is_refused(
    scorer: BradleyTerryScorer, variant: Variant, tmp_path: Path, damage: str, words: str
) -> None:
    variant("two", 3.0)
    config, weights = tmp_path / "two" / CONFIG_FILE, tmp_path / "two" / WEIGHTS_FILE
    if damage == "layers":
        config.write_text(json.dumps(json.loads(config.read_text()) | {"layers": [6]}))
    else:
        state = load_file(weights)
        save_file({**state, "outer": state["outer"] * float("nan")}, weights)
    before = scorer.revision()
    with pytest.raises(Misconfigured, match=words):
        await scorer.reconfigure(knobs(model=str(tmp_path / "two")))
    assert scorer.revision() == before
    assert len((await score(scorer)).rewards) == len(COPIES)


async def test_a_folder_written_over_while_it_loads_keeps_the_revision_of_what_was_read(
    variant: Variant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = variant("one", 1.0)
    load_trunk = Encoder.load

    def written_over(encoder: Encoder) -> None:
        load_trunk(encoder)
        variant("one", 3.0)

    monkeypatch.setattr(Encoder, "load", written_over)
    model = await asyncio.to_thread(RewardModel.load, tmp_path / "one", "cpu", "float32")
    assert model.revision == old
    assert model.calibration.slope == 1.0


def test_a_revision_is_twelve_digits_and_a_shadow_revision_needs_a_shadow() -> None:
    with pytest.raises(ValueError, match="model_revision"):
        knobs(model_revision="latest")
    with pytest.raises(ValueError, match="shadow_revision is given without shadow"):
        knobs(shadow_revision="0123456789ab")
