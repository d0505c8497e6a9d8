"""The shared level of the caption cache: between replicas, after a restart, and when it fails."""

from __future__ import annotations

import asyncio
import hashlib
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deployments.captioner.cache import CachedCaptioner, CacheKnobs, Incomplete
from deployments.captioner.file_store import FileStoreKnobs
from deployments.captioner.second_level import SecondLevel
from deployments.errors import Misconfigured
from deployments.settings import parse
from deployments.types import Caption, CaptionResult, CaptionSource, Item, Stage, StageRevision, Usage
from tests.unit.deployments.captioner.slow_captioner import SlowCaptioner, SlowKnobs
from tests.unit.deployments.captioner.test_cache import CAT, Clock, call

KEY = hashlib.sha256(b"a cat").hexdigest()
RESULT = CaptionResult(
    caption=Caption(text="a cat, “asleep”", source=CaptionSource.VLM),
    revision=StageRevision(stage=Stage.CAPTION, kind="vlm", model="m"),
    usage=Usage(compute_ms=7, output_tokens=9),
)


class Counts:
    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []

    def count(self, operation: str, outcome: str) -> None:
        self.seen.append((operation, outcome))


class BrokenStore:
    """Raises, hangs until let go, or answers with what is no caption."""

    def __init__(self, error: OSError | None = None, data: bytes = b"") -> None:
        self.error, self.data = error, data
        self.go = threading.Event()
        self.hangs = self.writes_hang = self.full = False
        self.reads = self.writes = 0

    def read(self, key: str) -> tuple[bytes, float] | None:
        self.reads += 1
        if self.hangs:
            self.go.wait(10)
        if self.error:
            raise self.error
        return self.data, 0.0

    def write(self, key: str, data: bytes) -> None:
        self.writes += 1
        if self.writes_hang:
            self.go.wait(10)
        if self.full:
            raise OSError(28, "No space left on device")
        self.read(key)


async def until(state: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not state():  # noqa: ASYNC110 - a thread has no event for it
            await asyncio.sleep(0.005)


def knobs(folder: Path, **cache: Any) -> SlowKnobs:
    return SlowKnobs(cache=CacheKnobs(second_level=FileStoreKnobs(path=str(folder), timeout_s=5), **cache))


async def replica(folder: Path, clock: Clock | None = None, **cache: Any) -> tuple[CachedCaptioner, SlowCaptioner]:
    """A replica of its own memory, before the folder that all share."""
    inner = SlowCaptioner()
    inner.go.set()
    cached = CachedCaptioner(inner, clock=clock or Clock())
    await cached.start(knobs(folder, **cache))
    return cached, inner


def files(folder: Path) -> list[Path]:
    return [p for p in folder.rglob("*") if p.is_file()]


# --- the cache over it ------------------------------------------------------------------------------------------------


async def test_a_caption_of_one_replica_serves_another_and_a_restarted_one(tmp_path: Path) -> None:
    first, inner = await replica(tmp_path)
    written = await first.caption(CAT, call())
    await first.stop()
    other, idle = await replica(tmp_path)
    served = await other.caption(CAT, call())
    assert (written.caption.cached, served.caption.cached) == (False, True)
    assert (served.caption.text, served.revision) == (written.caption.text, written.revision)
    assert (served.usage.cache_hits, served.usage.compute_ms, served.usage.output_tokens) == (1, 0, 0)
    assert (inner.begun, idle.begun, other.stats.shared) == (1, 0, 1)
    for file in files(tmp_path):
        file.unlink()
    assert (await other.caption(CAT, call())).caption.cached, "it is in memory now"
    assert (other.stats.hits, idle.begun) == (1, 0)
    await other.stop()


async def test_other_content_and_other_models_are_other_captions(tmp_path: Path) -> None:
    first, _ = await replica(tmp_path)
    await first.caption(CAT, call())
    await first.stop()
    other, inner = await replica(tmp_path)
    assert not (await other.caption(CAT.model_copy(update={"title": "Dog"}), call())).caption.cached
    inner.model_revision = "2"
    assert not (await other.caption(CAT, call())).caption.cached
    await other.stop()


async def test_an_old_caption_is_written_anew_and_its_age_counts_in_memory_too(tmp_path: Path) -> None:
    first, _ = await replica(tmp_path, ttl_s=100)
    await first.caption(CAT, call())
    await first.stop()
    (file,) = files(tmp_path)
    an_hour_ago = time.time() - 3600
    os.utime(file, (an_hour_ago, an_hour_ago))
    clock = Clock()
    young, inner = await replica(tmp_path, clock, ttl_s=3700)
    assert (await young.caption(CAT, call())).caption.cached
    clock.now = 200
    file.unlink()
    assert not (await young.caption(CAT, call())).caption.cached, "3800 seconds old by now"
    await young.stop()
    assert inner.begun == 1
    os.utime(file, (an_hour_ago, an_hour_ago))
    strict, inner = await replica(tmp_path, ttl_s=3500)
    assert not (await strict.caption(CAT, call())).caption.cached
    await strict.stop()
    assert time.time() - file.stat().st_mtime < 1000


async def test_what_was_cut_short_is_not_shared(tmp_path: Path) -> None:
    first, inner = await replica(tmp_path)
    inner.result = Incomplete
    await first.caption(CAT, call())
    await first.stop()
    assert files(tmp_path) == []


async def test_many_at_once_ask_it_once(tmp_path: Path) -> None:
    first, _ = await replica(tmp_path)
    await first.caption(CAT, call())
    await first.stop()
    other, inner = await replica(tmp_path)
    results = await asyncio.gather(*(other.caption(CAT, call()) for _ in range(20)))
    assert all(r.caption.cached for r in results)
    assert (other.stats.shared, other.stats.joined, inner.begun) == (1, 19, 0)
    await other.stop()


async def test_it_can_be_changed_while_serving_and_a_bad_change_leaves_the_old(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    cached, _ = await replica(tmp_path / "a")
    with pytest.raises(Misconfigured, match=r"cache.second_level.path=.*nowhere"):
        await cached.reconfigure(knobs(tmp_path / "nowhere"))
    await cached.caption(CAT, call())
    await cached.reconfigure(knobs(tmp_path / "b"))
    assert len(files(tmp_path / "a")) == 1, "what was being written is written"
    await cached.caption(Item(title="Dog"), call())
    await cached.reconfigure(SlowKnobs())
    assert len(files(tmp_path / "b")) == 1
    await cached.caption(Item(title="Cow"), call())
    await cached.stop()
    assert len(files(tmp_path)) == 2


async def test_a_folder_that_is_lost_while_serving_costs_nobody_a_caption(tmp_path: Path) -> None:
    folder = tmp_path / "mount"
    folder.mkdir()
    cached, inner = await replica(folder)
    folder.rmdir()
    folder.write_text("no folder any more")
    for title in "ab":
        assert not (await cached.caption(Item(title=title), call())).caption.cached
    assert inner.begun == 2
    await cached.stop()


async def test_an_impossible_folder_is_refused_before_a_model_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Loading(SlowCaptioner):
        async def start(self, knobs: Any) -> None:
            raise AssertionError

    (tmp_path / "file").touch()
    for path in ("nowhere", "file"):
        with pytest.raises(Misconfigured, match=rf"cache.second_level.path=.*{path}' is no folder"):
            await CachedCaptioner(Loading()).start(knobs(tmp_path / path))

    def refuse(**_: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    with pytest.raises(Misconfigured, match=r"cache.second_level.path=.* cannot be written: Permission denied"):
        await CachedCaptioner(Loading()).start(knobs(tmp_path))


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"kind": "redis", "path": "x"}, "second_level.kind"),
        ({"kind": "file"}, "second_level.path"),
        ({"kind": "file", "path": "x", "max_mbs": 9}, "max_mb"),
        ({"kind": "file", "path": "x", "max_mb": 1}, "second_level.max_mb"),
    ],
)
def test_impossible_settings_are_named(setting: dict, words: str) -> None:
    with pytest.raises(Misconfigured, match=words):
        parse(CacheKnobs, {"second_level": setting}, "cache")


# --- the level ------------------------------------------------------------------------------------------


async def test_a_store_that_fails_is_counted_and_left_alone_for_a_while() -> None:
    counts, clock, store = Counts(), Clock(), BrokenStore(OSError("gone"))
    level = SecondLevel(store, 5, counts, clock)
    assert await level.get(KEY, 60) is None
    assert await level.get(KEY, 60) is None
    level.put(KEY, RESULT)
    assert store.reads == 1
    clock.now = 11
    level.put(KEY, RESULT)
    await until(lambda: len(counts.seen) == 4)
    assert counts.seen == [("read", "failed"), ("read", "skipped"), ("write", "skipped"), ("write", "failed")]
    await level.close()


async def test_a_store_that_hangs_delays_by_its_timeout_and_once() -> None:
    counts, store = Counts(), BrokenStore()
    store.hangs = True
    level = SecondLevel(store, 0.05, counts, Clock())
    began = time.monotonic()
    assert await level.get(KEY, 60) is None
    assert await level.get(KEY, 60) is None
    assert time.monotonic() - began < 5
    assert counts.seen == [("read", "failed"), ("read", "skipped")]
    store.go.set()
    await level.close()


async def test_what_is_no_caption_is_a_failure_of_that_one_alone() -> None:
    counts, store = Counts(), BrokenStore(data=b'{"half":')
    level = SecondLevel(store, 5, counts, Clock())
    assert await level.get(KEY, 60) is None
    store.data = RESULT.model_dump_json().encode()
    assert await level.get(KEY, 60) == (RESULT, 0.0)
    assert counts.seen == [("read", "failed"), ("read", "hit")]
    await level.close()
    assert await level.get(KEY, 60) is None, "a closed level answers nothing"


async def test_a_full_disk_stops_writes_for_a_while_and_no_reads() -> None:
    counts, clock, store = Counts(), Clock(), BrokenStore(data=RESULT.model_dump_json().encode())
    level = SecondLevel(store, 5, counts, clock)
    store.full = True
    level.put(KEY, RESULT)
    await until(lambda: len(counts.seen) == 1)
    assert await level.get(KEY, 60) == (RESULT, 0.0)
    level.put(KEY, RESULT)
    store.full = False
    clock.now = 11
    level.put(KEY, RESULT)
    await until(lambda: len(counts.seen) == 4)
    assert counts.seen == [("write", "failed"), ("read", "hit"), ("write", "skipped"), ("write", "stored")]
    await level.close()


async def test_writes_that_hang_delay_no_read() -> None:
    counts, store = Counts(), BrokenStore(data=RESULT.model_dump_json().encode())
    store.writes_hang = True
    level = SecondLevel(store, 5, counts, Clock())
    for _ in range(10):
        level.put(KEY, RESULT)
    await until(lambda: store.writes >= 4)
    async with asyncio.timeout(2):
        assert await level.get(KEY, 60) == (RESULT, 0.0)
    store.go.set()
    await level.close()
