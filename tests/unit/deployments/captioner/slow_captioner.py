"""A captioner for the tests of the cache, slow as a test needs it."""

from __future__ import annotations

import asyncio
from typing import Any

from deployments.captioner.cache import CacheKnobs
from deployments.deadline import Call
from deployments.readings import Reading
from deployments.settings import Knobs
from deployments.types import Caption, CaptionResult, CaptionSource, Item, Stage, StageRevision, Usage


class SlowKnobs(Knobs):
    style: str = "plain"
    cache: CacheKnobs = CacheKnobs()


class SlowCaptioner:
    """Captions when it is let go; counts what it began and what was cancelled."""

    knobs_type = SlowKnobs

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.begun = 0
        self.cancelled = 0
        self.error: Exception | None = None
        self.result = CaptionResult
        self.model_revision = "1"

    def words_of(self, item: Item) -> tuple[str, ...]:
        return (
            item.without_media().model_copy(update={"id": ""}).model_dump_json(),
            *(i.alt_text for i in item.images),
        )

    async def caption(self, item: Item, call: Call) -> CaptionResult:
        self.begun += 1
        try:
            async with call.deadline.limit("captioning"):
                await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.error:
            raise self.error
        caption = Caption(text=f"caption {self.begun}", source=CaptionSource.TAGS)
        return self.result(caption=caption, revision=self.revision(), usage=Usage(compute_ms=7))

    async def start(self, knobs: Any) -> None: ...

    async def reconfigure(self, knobs: Any) -> None: ...

    def revision(self) -> StageRevision:
        return StageRevision(stage=Stage.CAPTION, kind="slow", model_revision=self.model_revision)

    def readings(self) -> tuple[Reading, ...]:
        return ()

    async def check_health(self) -> None: ...

    async def stop(self) -> None: ...
