"""The caption cache: one item sent to a million users is captioned once. Wraps any captioner.

Single-flight: requests for the same content that arrive while it is being captioned wait for that one computation.
It goes on as long as anybody waits for it, and is cancelled when nobody does.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from cachetools import TTLCache
from pydantic import Field

from deployments.deadline import Call
from deployments.errors import DeadlineExceeded
from deployments.settings import Knobs
from deployments.stages import Captioner
from deployments.types import CaptionResult, Item, StageRevision, Usage

# Hashing this many bytes takes about a millisecond; more is hashed in a thread.
_INLINE_BYTES = 2**20


class CacheKnobs(Knobs):
    """`max_entries` captions of some hundred bytes each, the least recently used going first; 0 turns the cache off."""

    max_entries: int = Field(default=10_000, ge=0, le=10_000_000)
    ttl_s: float = Field(default=86_400.0, gt=0)


class Cacheable(Captioner, Protocol):
    """A captioner with the life of a stage (see `Startable`), whose knobs have a field `cache: CacheKnobs`."""

    @property
    def knobs_type(self) -> type[Knobs]: ...

    async def start(self, knobs: Any) -> None: ...

    async def reconfigure(self, knobs: Any) -> None: ...

    def revision(self) -> StageRevision: ...

    async def check_health(self) -> None: ...

    async def stop(self) -> None: ...


class Incomplete(CaptionResult):
    """A caption that the deadline cut short. It is served to those who wait for it, and never kept."""

    complete: bool = False


@dataclass
class CacheStats:
    """Counts since the start. `joined` waited for another request's computation."""

    hits: int = 0
    joined: int = 0
    misses: int = 0


@dataclass
class _Flight:
    task: asyncio.Task[CaptionResult]
    waiters: int = field(default=0)


def all_words(item: Item) -> Sequence[str]:
    """Everything of an item beside its pictures and its id."""
    return (item.without_media().model_copy(update={"id": ""}).model_dump_json(), *(i.alt_text for i in item.images))


class CachedCaptioner:
    """Implements Captioner and Startable by delegation to `inner`.

    words_of: what of the item's text the caption depends on; the pictures always count.
    """

    def __init__(
        self,
        inner: Cacheable,
        words_of: Callable[[Item], Sequence[str]] = all_words,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._inner = inner
        self._words_of = words_of
        self._clock = clock
        self._flights: dict[str, _Flight] = {}
        self._kept: TTLCache[str, CaptionResult] = TTLCache(1, 1.0, timer=clock)
        self._max_entries = 0
        self._settings = ""
        self.stats = CacheStats()

    @property
    def knobs_type(self) -> type[Knobs]:
        return self._inner.knobs_type

    async def start(self, knobs: Any) -> None:
        await self._inner.start(knobs)
        self._take(knobs)

    async def reconfigure(self, knobs: Any) -> None:
        await self._inner.reconfigure(knobs)
        self._take(knobs)

    def revision(self) -> StageRevision:
        return self._inner.revision()

    async def check_health(self) -> None:
        await self._inner.check_health()

    async def stop(self) -> None:
        for flight in self._flights.values():
            flight.task.cancel()
        await self._inner.stop()

    async def caption(self, item: Item, call: Call) -> CaptionResult:
        """The caption of the same content if there is one, else the inner captioner's.

        Raises what the inner captioner raises, and DeadlineExceeded when this call's own time ends first.
        """
        key = await self._key(item)
        while True:
            kept = self._kept.get(key)
            if kept is not None:
                self.stats.hits += 1
                return _from_cache(kept, Usage(cache_hits=1))
            flight = self._flights.get(key)
            if flight is None:
                self.stats.misses += 1
                return await self._wait(self._begin(key, item, call), key, call)
            self.stats.joined += 1
            began = self._clock()
            try:
                result = await self._wait(flight, key, call)
            except DeadlineExceeded:
                # The computation ran under the deadline of the call that began it. This one may have time left.
                if call.deadline.expired:
                    raise
                continue
            return _from_cache(result, Usage(queue_ms=(self._clock() - began) * 1000, cache_hits=1))

    def _begin(self, key: str, item: Item, call: Call) -> _Flight:
        flight = _Flight(asyncio.create_task(self._inner.caption(item, call)))
        self._flights[key] = flight
        flight.task.add_done_callback(lambda task: self._land(key, flight, task))
        return flight

    def _land(self, key: str, flight: _Flight, task: asyncio.Task[CaptionResult]) -> None:
        self._forget(key, flight)
        if task.cancelled() or task.exception() is not None:  # a failure is not kept; asking marks it as seen
            return
        result = task.result()
        if self._max_entries and not isinstance(result, Incomplete):
            self._kept[key] = result

    async def _wait(self, flight: _Flight, key: str, call: Call) -> CaptionResult:
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

    def _take(self, knobs: Any) -> None:
        """New bounds; what is kept stays as far as it fits. Other knobs are part of the key: captions follow."""
        cache: CacheKnobs = knobs.cache
        self._settings = knobs.model_dump_json(exclude={"cache"})
        self._max_entries = cache.max_entries
        kept: TTLCache[str, CaptionResult] = TTLCache(max(cache.max_entries, 1), cache.ttl_s, timer=self._clock)
        if cache.max_entries:
            kept.update(list(self._kept.items())[-cache.max_entries :])
        self._kept = kept

    async def _key(self, item: Item) -> str:
        if sum(len(i.data or b"") for i in item.images) + sum(len(f.data) for f in item.frames) > _INLINE_BYTES:
            return await asyncio.to_thread(self._hash, item)
        return self._hash(item)

    def _hash(self, item: Item) -> str:
        digest = hashlib.sha256()
        parts = [image.data or b"" for image in item.images]
        parts += [f.data for f in sorted(item.frames, key=lambda f: f.offset_ms)]
        words = (str(len(item.images)), self._settings, self.revision().model_dump_json(), *self._words_of(item))
        for part in (*parts, *(word.encode() for word in words)):
            digest.update(len(part).to_bytes(8, "little"))
            digest.update(part)
        return digest.hexdigest()


def _from_cache(result: CaptionResult, usage: Usage) -> CaptionResult:
    caption = result.caption.model_copy(update={"cached": True})
    return CaptionResult(caption=caption, revision=result.revision, usage=usage)
