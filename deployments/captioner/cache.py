"""The caption cache: one item sent to a million users is captioned once. Wraps any captioner.

Single-flight: requests for the same content that arrive during its captioning wait for that one computation. It is
cancelled when its last waiter leaves. Their caption is no cached one.

The key uses the digests of images and frames, which the ingress has computed: none is read here.

Behind the memory of each replica there may be a second level that all replicas share.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, Protocol, TypeVar, runtime_checkable

from cachetools import TLRUCache
from pydantic import BaseModel, Field

from deployments.captioner.file_store import FileStoreKnobs
from deployments.captioner.second_level import LevelMetrics, NoMetrics, SecondLevel, ServeLevelMetrics
from deployments.deadline import Call, Deadline
from deployments.errors import DeadlineExceeded
from deployments.readings import Reading, reading
from deployments.settings import Knobs
from deployments.stages import Captioner, CaptionerStage, Startable
from deployments.types import CaptionResult, Item, StageRevision, Usage

# The time that a call must have more than the one that was cut, for another computation.
_WORTH_S: Final = 0.5


class CacheKnobs(Knobs):
    """`max_entries` bounds the captions in memory, some hundred bytes each, evicted by least recent use; 0 keeps none.

    `second_level` is shared by replicas and survives them; None for none. Both levels serve a caption for `ttl_s`
    after it was written.
    """

    max_entries: int = Field(default=10_000, ge=0, le=10_000_000)
    ttl_s: float = Field(default=86_400.0, gt=0)
    second_level: FileStoreKnobs | None = None


class CachedKnobs(Knobs):
    """Knobs of every captioner that reads pictures: its cache, and whether pictures are screened for sexual content."""

    cache: CacheKnobs = CacheKnobs()
    screen_pictures: bool = True


C = TypeVar("C", bound=CachedKnobs)


@runtime_checkable
class Cacheable(Captioner, Startable[C], Protocol[C]):
    """Base of a captioner with a cache."""

    def words_of(self, item: Item) -> Sequence[str]:
        """Return the item's text that the caption depends on, beside images and frames."""


class Incomplete(CaptionResult):
    """A caption that the deadline cut short. It is served to its waiters and never cached."""

    complete: bool = False


@dataclass
class CacheStats:
    """Counters since the start.

    `joined` counts requests that waited for another's computation, `shared` the misses that the second level had.
    """

    hits: int = 0
    joined: int = 0
    misses: int = 0
    shared: int = 0


@dataclass(frozen=True)
class _Entry:
    """A caption, its time of writing by this cache's clock, and whether it is from the second level."""

    result: CaptionResult
    born: float
    shared: bool = False


@dataclass
class _Flight:
    """A computation. deadline: of the call that began it. era: of its key."""

    task: asyncio.Task[_Entry]
    deadline: Deadline
    era: object
    waiters: int = field(default=0)


def cached(captioner: CaptionerStage, settings: BaseModel) -> CaptionerStage:
    """The captioner of these settings behind a cache, if it is Cacheable."""
    if not isinstance(captioner, Cacheable):
        return captioner
    return CachedCaptioner(captioner, level_metrics=ServeLevelMetrics, setup=settings.model_dump_json())


class CachedCaptioner(Startable[C], Generic[C]):
    """A cache around the captioner `inner`.

    level_metrics: called once a second level is opened. setup: the captioner's settings as text. They are part of the
    key: the side of images, a dtype or a quantisation changes captions, and a shared second level outlives them.
    """

    def __init__(
        self,
        inner: Cacheable[C],
        clock: Callable[[], float] = time.monotonic,
        level_metrics: Callable[[], LevelMetrics] = NoMetrics,
        setup: str = "",
    ) -> None:
        self._inner = inner
        self._clock = clock
        self._setup = setup
        self._level_metrics = level_metrics
        self._flights: dict[str, _Flight] = {}
        self._cache = CacheKnobs(max_entries=0)
        self._entries = self._memory(1)
        self._second: SecondLevel | None = None
        self._settings = ""
        self._era: object = object()  # another one after each change of knobs
        self.stats = CacheStats()

    @property
    def knobs_type(self) -> type[C]:
        return self._inner.knobs_type

    async def start(self, knobs: C) -> None:
        """Raises Misconfigured, before any model is loaded, when the second level cannot be used."""
        second = await self._opened(knobs.cache)
        await self._inner.start(knobs)
        await self._take(knobs, second)

    async def reconfigure(self, knobs: C) -> None:
        second = await self._opened(knobs.cache)
        self._era = object()  # a caption that begins from here on may be of the new knobs, under the old knobs' key
        await self._inner.reconfigure(knobs)
        await self._take(knobs, second)

    def revision(self) -> StageRevision:
        return self._inner.revision()

    def readings(self) -> Iterator[Reading]:
        yield from self._inner.readings()
        for outcome, count in (("hit", self.stats.hits), ("joined", self.stats.joined), ("shared", self.stats.shared)):
            yield reading("caption_cache_total", count, outcome=outcome)
        yield reading("caption_cache_total", self.stats.misses - self.stats.shared, outcome="miss")
        yield reading("caption_cache_entries", len(self._entries))
        yield reading("captions_in_work", len(self._flights))

    async def check_health(self) -> None:
        await self._inner.check_health()

    async def stop(self) -> None:
        for flight in self._flights.values():
            flight.task.cancel()
        if self._second is not None:
            await self._second.close()
        await self._inner.stop()

    async def caption(self, item: Item, call: Call) -> CaptionResult:
        """Return the cached caption of the same content, else the inner captioner's.

        One that was cut by the shorter time of another call is computed once more. Raises the inner captioner's errors,
        and DeadlineExceeded when this call's time ends first.
        """
        era = self._era
        key = await asyncio.to_thread(self._key, item)
        cut = False
        while True:
            entry = self._entries.get(key)
            if entry is not None:
                self.stats.hits += 1
                return _from_cache(entry.result, Usage(cache_hits=1))
            flight = self._flights.get(key)
            if flight is None:
                self.stats.misses += 1
                began = self._clock()
                entry = await self._wait(self._begin(key, item, call, era), key, call)
                if not entry.shared:
                    return entry.result
                self.stats.shared += 1
                return _from_cache(entry.result, Usage(queue_ms=(self._clock() - began) * 1000, cache_hits=1))
            self.stats.joined += 1
            began = self._clock()
            try:
                entry = await self._wait(flight, key, call)
            except DeadlineExceeded:
                # The computation has the deadline of the call that began it. This call may have time left.
                if call.deadline.expired:
                    raise
                continue
            if not (entry.result.complete or cut) and call.deadline.at_s >= flight.deadline.at_s + _WORTH_S:
                cut = True
                continue
            waited = Usage(queue_ms=(self._clock() - began) * 1000, cache_hits=int(entry.shared))
            if entry.shared:
                return _from_cache(entry.result, waited)
            return entry.result.model_copy(update={"usage": waited})

    def _begin(self, key: str, item: Item, call: Call, era: object) -> _Flight:
        flight = _Flight(asyncio.create_task(self._find(key, item, call, era)), call.deadline, era)
        self._flights[key] = flight
        flight.task.add_done_callback(lambda task: self._land(key, flight, task))
        return flight

    async def _find(self, key: str, item: Item, call: Call, era: object) -> _Entry:
        """Read the caption from the second level, else ask the inner captioner."""
        second = self._second
        if second is not None:
            stored = await second.get(key, self._cache.ttl_s)
            if stored is not None:
                return _Entry(stored[0], self._clock() - stored[1], shared=True)
        result = await self._inner.caption(item, call)
        if second is not None and self._may_keep(result, era):
            second.put(key, result)
        return _Entry(result, self._clock())

    def _land(self, key: str, flight: _Flight, task: asyncio.Task[_Entry]) -> None:
        self._forget(key, flight)
        if (
            task.cancelled() or task.exception() is not None
        ):  # a failure is not cached; reading `exception` marks it as retrieved
            return
        entry = task.result()
        if self._cache.max_entries and self._may_keep(entry.result, flight.era):
            self._entries[key] = entry

    def _may_keep(self, result: CaptionResult, era: object) -> bool:
        """Whether it is whole, and the knobs are still those that its key was made with."""
        return era is self._era and not isinstance(result, Incomplete)

    async def _wait(self, flight: _Flight, key: str, call: Call) -> _Entry:
        """Wait for the flight until this call's deadline. The last waiter to leave cancels it."""
        flight.waiters += 1
        try:
            # `asyncio.wait` leaves the task alone when this waiter is cancelled or runs out of time.
            await asyncio.wait({flight.task}, timeout=max(call.deadline.remaining_s(), 0))
            if not flight.task.done():
                raise DeadlineExceeded("the time budget was spent while captioning")
            return flight.task.result()
        finally:
            flight.waiters -= 1
            if not flight.waiters and not flight.task.done():
                self._forget(key, flight)
                flight.task.cancel()

    def _forget(self, key: str, flight: _Flight) -> None:
        """Let a later call begin a new flight."""
        if self._flights.get(key) is flight:
            del self._flights[key]

    def _memory(self, size: int) -> TLRUCache[str, _Entry]:
        return TLRUCache(size, lambda _, entry, __: entry.born + self._cache.ttl_s, timer=self._clock)

    async def _opened(self, cache: CacheKnobs) -> SecondLevel | None:
        """Open the second level of the knobs, or return the open one if it is the same. Raises Misconfigured."""
        store_knobs = cache.second_level
        if store_knobs is None or store_knobs == self._cache.second_level:
            return self._second if store_knobs else None
        return SecondLevel(await asyncio.to_thread(store_knobs.build), store_knobs.timeout_s, self._level_metrics())

    async def _take(self, knobs: C, second: SecondLevel | None) -> None:
        """Apply new bounds; cached captions stay as far as they fit. The other knobs are part of the key."""
        self._era = object()
        old, self._second = self._second, second
        self._settings = knobs.model_dump_json(exclude={"cache"})
        self._cache = knobs.cache
        entries = self._memory(max(self._cache.max_entries, 1))
        if self._cache.max_entries:
            entries.update(list(self._entries.items())[-self._cache.max_entries :])
        self._entries = entries
        if old is not None and old is not second:
            await old.close()

    def _key(self, item: Item) -> str:
        digest = hashlib.sha256(item.pictures_digest().encode())
        for word in (self._setup, self._settings, self.revision().model_dump_json(), *self._inner.words_of(item)):
            part = word.encode()
            digest.update(len(part).to_bytes(8, "little"))
            digest.update(part)
        return digest.hexdigest()


def _from_cache(result: CaptionResult, usage: Usage) -> CaptionResult:
    caption = result.caption.model_copy(update={"cached": True})
    return result.model_copy(update={"caption": caption, "usage": usage})
