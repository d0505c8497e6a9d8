"""The caption cache: one computation for the same content, however many ask, fail, leave or run out of time."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from deployments.captioner.cache import CachedCaptioner, CacheKnobs, Incomplete
from deployments.captioner.vlm_settings import VlmCaptionerSettings
from deployments.deadline import Call, Deadline
from deployments.errors import DeadlineExceeded, StageFailed
from deployments.types import CaptionResult, Image, Item, RefusedPicture, VideoFrame
from tests.unit.deployments.captioner.slow_captioner import SlowCaptioner, SlowKnobs

CAT = Item(id="1", title="Cat", images=(Image(data=b"cat"),))


def call(seconds: float = 30) -> Call:
    return Call(Deadline.after(seconds))


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def inner() -> SlowCaptioner:
    return SlowCaptioner()


async def started(inner: SlowCaptioner, clock: Clock | None = None, **cache: Any) -> CachedCaptioner:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))  # for `turn`
    cached = CachedCaptioner(inner, clock=clock or Clock())
    await cached.start(SlowKnobs(cache=CacheKnobs(**cache)))
    return cached


async def turn() -> None:
    """Let every task that can move reach its next wait; the one thread has ended what came before."""
    await asyncio.sleep(0)
    await asyncio.to_thread(int)
    for _ in range(5):
        await asyncio.sleep(0)


async def test_the_same_content_is_captioned_once_and_says_so(inner: SlowCaptioner) -> None:
    cached = await started(inner)
    inner.go.set()
    first = await cached.caption(CAT, call())
    again = await cached.caption(CAT.model_copy(update={"id": "another id"}), call())
    assert (inner.begun, first.caption.cached, again.caption.cached) == (1, False, True)
    assert again.caption.text == first.caption.text
    assert (first.usage.compute_ms, again.usage.compute_ms, again.usage.cache_hits) == (7, 0, 1)
    assert (cached.stats.misses, cached.stats.hits) == (1, 1)


@pytest.mark.parametrize(
    "other",
    [
        Item(title="Cat", images=(Image(data=b"dog"),)),
        Item(title="Dog", images=(Image(data=b"cat"),)),
        Item(title="Cat", images=(Image(data=b"cat", alt_text="my cat"),)),
        Item(title="Cat", images=(Image(data=b"c"), Image(data=b"at"))),
        Item(title="Cat", frames=(VideoFrame(data=b"cat"),)),
        Item(title="Cat", images=(Image(data=b"cat"),), metadata={"place": "here"}),
    ],
)
async def test_other_content_is_another_caption(inner: SlowCaptioner, other: Item) -> None:
    cached = await started(inner)
    inner.go.set()
    await cached.caption(CAT, call())
    assert not (await cached.caption(other, call())).caption.cached


async def test_other_knobs_or_another_model_are_another_caption(inner: SlowCaptioner) -> None:
    cached = await started(inner)
    inner.go.set()
    await cached.caption(CAT, call())
    await cached.reconfigure(SlowKnobs(style="ornate"))
    assert not (await cached.caption(CAT, call())).caption.cached
    await cached.reconfigure(SlowKnobs(style="plain"))
    assert (await cached.caption(CAT, call())).caption.cached
    inner.model_revision = "2"
    assert not (await cached.caption(CAT, call())).caption.cached


@pytest.mark.parametrize("changed", [{"max_image_side": 512}, {"engine": {"model": "org/m", "dtype": "float16"}}])
async def test_other_settings_are_another_caption_in_a_shared_second_level(
    inner: SlowCaptioner, tmp_path: Path, changed: dict[str, Any]
) -> None:
    inner.go.set()
    shared = CacheKnobs(second_level={"kind": "file", "path": str(tmp_path)})  # type: ignore[arg-type]
    was_cached = []
    for fields in ({}, {}, changed):
        settings = VlmCaptionerSettings.model_validate({"engine": {"model": "org/m"}} | fields)
        captioner = CachedCaptioner(inner, clock=Clock(), setup=settings.model_dump_json())
        await captioner.start(SlowKnobs(cache=shared))
        was_cached.append((await captioner.caption(CAT, call())).caption.cached)
        await captioner.stop()
    assert was_cached == [False, True, False]


async def test_no_byte_of_a_picture_is_read_that_was_hashed_already(inner: SlowCaptioner) -> None:
    hashed, unread = CAT.images[0].model_copy(), CAT.images[0].model_copy(update={"data": b"never read"})
    unread.__dict__["digest"] = hashed.digest
    cached = await started(inner)
    inner.go.set()
    await cached.caption(Item(images=(hashed,)), call())
    again = await cached.caption(Item(images=(unread,)), call())
    assert (inner.begun, again.caption.cached) == (1, True)


async def test_many_at_once_compute_once(inner: SlowCaptioner) -> None:
    cached = await started(inner)
    tasks = [asyncio.create_task(cached.caption(CAT, call())) for _ in range(50)]
    await turn()
    inner.go.set()
    results = await asyncio.gather(*tasks)
    assert inner.begun == 1
    assert {(r.caption.cached, r.usage.cache_hits) for r in results} == {(False, 0)}, "it was computed now"
    assert (cached.stats.misses, cached.stats.joined) == (1, 49)


async def test_one_who_leaves_takes_nobody_along(inner: SlowCaptioner) -> None:
    cached = await started(inner)
    tasks = [asyncio.create_task(cached.caption(CAT, call())) for _ in range(3)]
    await turn()
    tasks[0].cancel()  # the one that began it
    tasks[2].cancel()
    await turn()
    inner.go.set()
    assert (await tasks[1]).caption.text == "caption 1"
    assert (inner.begun, inner.cancelled) == (1, 0)


async def test_when_all_have_left_the_work_is_cancelled_and_the_next_begins_anew(inner: SlowCaptioner) -> None:
    cached = await started(inner)
    tasks = [asyncio.create_task(cached.caption(CAT, call())) for _ in range(3)]
    await turn()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    later = asyncio.create_task(cached.caption(CAT, call()))
    await turn()
    assert (inner.begun, inner.cancelled) == (2, 1)
    inner.go.set()
    assert (await later).caption.text == "caption 2"


async def test_a_failure_reaches_everybody_and_is_not_kept(inner: SlowCaptioner) -> None:
    cached = await started(inner)
    inner.error = StageFailed("broken")
    tasks = [asyncio.create_task(cached.caption(CAT, call())) for _ in range(3)]
    await turn()
    inner.go.set()
    assert [type(r) for r in await asyncio.gather(*tasks, return_exceptions=True)] == [StageFailed] * 3
    inner.error = None
    assert not (await cached.caption(CAT, call())).caption.cached


async def test_a_waiter_whose_time_is_over_stops_waiting(inner: SlowCaptioner) -> None:
    cached = await started(inner)
    patient = asyncio.create_task(cached.caption(CAT, call()))
    await turn()
    with pytest.raises(DeadlineExceeded):
        await cached.caption(CAT, call(0.02))
    assert not patient.done()
    inner.go.set()
    assert (await patient).caption.text == "caption 1"


async def test_a_patient_waiter_outlives_the_hasty_one_that_began(inner: SlowCaptioner) -> None:
    cached = await started(inner)
    hasty = asyncio.create_task(cached.caption(CAT, call(0.05)))
    await turn()
    patient = asyncio.create_task(cached.caption(CAT, call()))
    with pytest.raises(DeadlineExceeded):
        await hasty
    inner.go.set()
    assert (await patient).caption.text == "caption 2"


async def test_a_caption_that_was_cut_short_is_served_and_not_kept(inner: SlowCaptioner) -> None:
    cached = await started(inner)
    inner.go.set()
    inner.result = Incomplete
    await cached.caption(CAT, call())
    inner.result = CaptionResult
    assert not (await cached.caption(CAT, call())).caption.cached
    assert (await cached.caption(CAT, call())).caption.cached


async def test_one_who_joins_a_caption_that_was_cut_short_is_told(inner: SlowCaptioner) -> None:
    cached = await started(inner)
    inner.result = Incomplete
    both = [asyncio.create_task(cached.caption(CAT, call())) for _ in range(2)]
    await turn()
    inner.go.set()
    assert [result.complete for result in await asyncio.gather(*both)] == [False, False]


async def test_one_with_more_time_has_a_cut_caption_computed_once_more(inner: SlowCaptioner) -> None:
    cached = await started(inner)
    inner.result = Incomplete
    hasty = asyncio.create_task(cached.caption(CAT, call(1)))
    await turn()
    patient = [asyncio.create_task(cached.caption(CAT, call())) for _ in range(3)]
    await turn()
    inner.go.set()
    results = [await hasty, *await asyncio.gather(*patient)]
    assert [result.complete for result in results] == [False] * 4
    assert [result.caption.text for result in results] == ["caption 1", *["caption 2"] * 3]
    inner.result = CaptionResult
    assert (await cached.caption(CAT, call())).complete


async def test_a_caption_is_not_kept_if_the_knobs_change_before_its_end(inner: SlowCaptioner, tmp_path: Path) -> None:
    """Its key was made with the old knobs, and it may be of the new ones."""
    second = {"kind": "file", "path": str(tmp_path)}
    cached = await started(inner, second_level=second)
    early = asyncio.create_task(cached.caption(CAT, call()))
    await turn()
    await cached.reconfigure(SlowKnobs(style="ornate", cache=CacheKnobs.model_validate({"second_level": second})))
    inner.go.set()
    await early
    await cached.reconfigure(SlowKnobs(style="plain", cache=CacheKnobs.model_validate({"second_level": second})))
    assert not (await cached.caption(CAT, call())).caption.cached
    assert (await cached.caption(CAT, call())).caption.cached


async def test_a_kept_caption_still_names_the_pictures_that_it_leaves_out(inner: SlowCaptioner) -> None:
    refused = (RefusedPicture(field="item.images[0].data", reason="is damaged"),)
    inner.result = partial(CaptionResult, refused=refused)  # type: ignore[assignment]
    cached = await started(inner)
    inner.go.set()
    results = [await cached.caption(CAT, call()) for _ in range(2)]
    assert inner.begun == 1
    assert [result.refused for result in results] == [refused, refused]


async def test_captions_age_and_make_room(inner: SlowCaptioner) -> None:
    clock = Clock()
    cached = await started(inner, clock, max_entries=2, ttl_s=10)
    inner.go.set()

    async def is_cached(title: str) -> bool:
        return (await cached.caption(Item(title=title), call())).caption.cached

    assert [await is_cached(t) for t in "aba"] == [False, False, True]
    assert [await is_cached(t) for t in "ca"] == [False, True]  # c took the place of b, the longest unused
    assert not await is_cached("b")
    clock.now = 11
    assert not await is_cached("b")


async def test_the_cache_can_be_turned_off(inner: SlowCaptioner) -> None:
    cached = await started(inner, max_entries=0)
    inner.go.set()
    await cached.caption(CAT, call())
    assert not (await cached.caption(CAT, call())).caption.cached


async def test_stopping_cancels_what_runs(inner: SlowCaptioner) -> None:
    cached = await started(inner)
    task = asyncio.create_task(cached.caption(CAT, call()))
    await turn()
    await cached.stop()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert inner.cancelled == 1


async def test_its_lookups_can_be_read(inner: SlowCaptioner) -> None:
    cached = await started(inner)
    together = [asyncio.create_task(cached.caption(CAT, call())) for _ in range(2)]
    await turn()
    assert [r.value for r in cached.readings() if r.metric == "captions_in_work"] == [1]
    inner.go.set()
    await asyncio.gather(*together)
    await cached.caption(CAT, call())
    read = {(r.metric, *r.tags.values()): r.value for r in cached.readings()}
    lookups = [read["caption_cache_total", outcome] for outcome in ("miss", "joined", "hit", "shared")]
    assert (lookups, read["caption_cache_entries",]) == ([1, 1, 1, 0], 1)
