"""The caption cache: one item sent to a million users is captioned once. Wraps any captioner.

Single-flight: requests for the same content that arrive while it is being captioned wait for that one computation.
It goes on as long as anybody waits for it, and is cancelled when nobody does.

The key is made of the digests of the pictures, which come with them from the ingress: no picture is read here.

Behind the memory of each replica there may be a second level that all of them share.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar, runtime_checkable

from cachetools import TLRUCache
from pydantic import Field

from deployments.captioner.file_store import FileStoreKnobs
from deployments.captioner.second_level import LevelMetrics, NoMetrics, SecondLevel, ServeLevelMetrics
from deployments.deadline import Call
from deployments.errors import DeadlineExceeded
from deployments.settings import Knobs
from deployments.stages import Captioner, CaptionerStage, Startable
from deployments.types import CaptionResult, Item, StageRevision, Usage


class CacheKnobs(Knobs):
    """`max_entries` captions of some hundred bytes each, the least recently used going first; 0 keeps none in memory.

    `second_level` is shared by replicas and survives them; None for none. A caption is served for `ttl_s` from when it
    was written, whichever level has it.
    """

    max_entries: int = Field(default=10_000, ge=0, le=10_000_000)
    ttl_s: float = Field(default=86_400.0, gt=0)
    second_level: FileStoreKnobs | None = None


class CachedKnobs(Knobs):
    """Knobs of a captioner whose captions are kept."""

    cache: CacheKnobs = CacheKnobs()


C = TypeVar("C", bound=CachedKnobs)


@runtime_checkable
class Cacheable(Captioner, Startable[C], Protocol[C]):
    """Base of a captioner whose captions are kept."""

    def words_of(self, item: Item) -> Sequence[str]:
        """What of the item's text the caption depends on; the pictures always count."""


class Incomplete(CaptionResult):
    """A caption that the deadline cut short. It is served to those who wait for it, and never kept."""

    complete: bool = False


@dataclass
class CacheStats:
    """Counts since the start. `joined` waited for another request's computation; `shared` are those of the misses that
    the second level had."""

    hits: int = 0
    joined: int = 0
    misses: int = 0
    shared: int = 0


@dataclass(frozen=True)
class _Found:
    """A caption, when it was written by this cache's clock, and whether the second level had it."""

    result: CaptionResult
    born: float
    shared: bool = False


@dataclass
class _Flight:
    task: asyncio.Task[_Found]
    waiters: int = field(default=0)


def cached(captioner: CaptionerStage) -> CaptionerStage:
    """The captioner behind a cache, if it is Cacheable."""
    if not isinstance(captioner, Cacheable):
        return captioner
    return CachedCaptioner(captioner, level_metrics=ServeLevelMetrics)


class CachedCaptioner(Startable[C], Generic[C]):
    """A captioner that delegates to `inner`. level_metrics: made when there is a second level."""

    def __init__(
        self,
        inner: Cacheable[C],
        clock: Callable[[], float] = time.monotonic,
        level_metrics: Callable[[], LevelMetrics] = NoMetrics,
    ) -> None:
        self._inner = inner
        self._clock = clock
        self._level_metrics = level_metrics
        self._flights: dict[str, _Flight] = {}
        self._cache = CacheKnobs(max_entries=0)
        self._kept = self._memory(1)
        self._second: SecondLevel | None = None
        self._settings = ""
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
        await self._inner.reconfigure(knobs)
        await self._take(knobs, second)

    def revision(self) -> StageRevision:
        return self._inner.revision()

    async def check_health(self) -> None:
        await self._inner.check_health()

    async def stop(self) -> None:
        for flight in self._flights.values():
            flight.task.cancel()
        if self._second is not None:
            await self._second.close()
        await self._inner.stop()

    async def caption(self, item: Item, call: Call) -> CaptionResult:
        """The caption of the same content if there is one, else the inner captioner's.

        Raises what the inner captioner raises, and DeadlineExceeded when this call's own time ends first.
        """
        key = self._key(item)
        while True:
            kept = self._kept.get(key)
            if kept is not None:
                self.stats.hits += 1
                return _from_cache(kept.result, Usage(cache_hits=1))
            flight = self._flights.get(key)
            if flight is None:
                self.stats.misses += 1
                began = self._clock()
                found = await self._wait(self._begin(key, item, call), key, call)
                if not found.shared:
                    return found.result
                self.stats.shared += 1
                return _from_cache(found.result, Usage(queue_ms=(self._clock() - began) * 1000, cache_hits=1))
            self.stats.joined += 1
            began = self._clock()
            try:
                found = await self._wait(flight, key, call)
            except DeadlineExceeded:
                # The computation ran under the deadline of the call that began it. This one may have time left.
                if call.deadline.expired:
                    raise
                continue
            return _from_cache(found.result, Usage(queue_ms=(self._clock() - began) * 1000, cache_hits=1))

    def _begin(self, key: str, item: Item, call: Call) -> _Flight:
        flight = _Flight(asyncio.create_task(self._find(key, item, call)))
        self._flights[key] = flight
        flight.task.add_done_callback(lambda task: self._land(key, flight, task))
        return flight

    async def _find(self, key: str, item: Item, call: Call) -> _Found:
        """From the second level, else from the inner captioner."""
        second = self._second
        if second is not None:
            known = await second.get(key, self._cache.ttl_s)
            if known is not None:
                return _Found(known[0], self._clock() - known[1], shared=True)
        result = await self._inner.caption(item, call)
        if second is not None and not isinstance(result, Incomplete):
            second.put(key, result)
        return _Found(result, self._clock())

    def _land(self, key: str, flight: _Flight, task: asyncio.Task[_Found]) -> None:
        self._forget(key, flight)
        if task.cancelled() or task.exception() is not None:  # a failure is not kept; asking marks it as seen
            return
        found = task.result()
        if self._cache.max_entries and not isinstance(found.result, Incomplete):
            self._kept[key] = found

    async def _wait(self, flight: _Flight, key: str, call: Call) -> _Found:
        """Wait for the flight at most until this call's deadline; the last one to leave cancels it."""
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
        """A later call begins anew, unless it has begun already."""
        if self._flights.get(key) is flight:
            del self._flights[key]

    def _memory(self, size: int) -> TLRUCache[str, _Found]:
        return TLRUCache(size, lambda _, found, __: found.born + self._cache.ttl_s, timer=self._clock)

    async def _opened(self, cache: CacheKnobs) -> SecondLevel | None:
        """The second level that the knobs ask for: the one there is if they say nothing new. Raises Misconfigured."""
        wanted = cache.second_level
        if wanted is None or wanted == self._cache.second_level:
            return self._second if wanted else None
        return SecondLevel(await asyncio.to_thread(wanted.build), wanted.timeout_s, self._level_metrics())

    async def _take(self, knobs: C, second: SecondLevel | None) -> None:
        """New bounds; what is kept stays as far as it fits. Other knobs are part of the key: captions follow."""
        old, self._second = self._second, second
        self._settings = knobs.model_dump_json(exclude={"cache"})
        self._cache = knobs.cache
        kept = self._memory(max(self._cache.max_entries, 1))
        if self._cache.max_entries:
            kept.update(list(self._kept.items())[-self._cache.max_entries :])
        self._kept = kept
        if old is not None and old is not second:
            await old.close()

    def _key(self, item: Item) -> str:
        digest = hashlib.sha256(item.pictures_digest().encode())
        for word in (self._settings, self.revision().model_dump_json(), *self._inner.words_of(item)):
            part = word.encode()
            digest.update(len(part).to_bytes(8, "little"))
            digest.update(part)
        return digest.hexdigest()


def _from_cache(result: CaptionResult, usage: Usage) -> CaptionResult:
    caption = result.caption.model_copy(update={"cached": True})
    return CaptionResult(caption=caption, revision=result.revision, usage=usage)
