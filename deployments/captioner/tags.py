"""The `tags` captioner: ImageNet tags and text in the images, composed with the metadata."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import numpy as np

from deployments import weights
from deployments.batching import Batcher, Work, usage
from deployments.captioner import compose, labels, ocr
from deployments.captioner.cache import Cacheable, Incomplete
from deployments.captioner.decoder import Decoder
from deployments.captioner.pictures import frames_of, images_of
from deployments.captioner.screen import Screen
from deployments.captioner.settings import TagsCaptionerSettings, TagsKnobs
from deployments.captioner.tagger import Tagger
from deployments.deadline import Call
from deployments.errors import Overloaded, StageUnavailable
from deployments.item_text import caption_inputs
from deployments.readings import Reading
from deployments.types import (
    Caption,
    CaptionResult,
    CaptionSource,
    Item,
    RefusedPicture,
    Stage,
    StageRevision,
    Usage,
)
from deployments.watchdog import Watchdog
from deployments.weights import public_name

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

logger = logging.getLogger("ray.serve")
T = TypeVar("T")
P = ParamSpec("P")

# Time that is reserved to compose and answer, when reading text is cut short.
_ANSWER_S = 0.05
# Lines per call of the recogniser: its batch size.
_LINES_AT_ONCE = 6


class TagsCaptioner(Cacheable[TagsKnobs]):
    """A captioner.

    It decodes pictures in child processes, reads text in its own thread pool, one call at a time by default, and tags
    in batches across calls.
    """

    knobs_type = TagsKnobs

    def __init__(self, settings: TagsCaptionerSettings) -> None:
        self._settings = settings
        self._knobs = TagsKnobs()
        self._pool = ThreadPoolExecutor(settings.workers, thread_name_prefix="captioner")
        self._watchdog = Watchdog("captioner")
        self._decoder = Decoder(settings.decoder)
        self._screen = Screen()
        self._inside = 0
        self._tagger: Tagger | None = None
        self._batcher: Batcher[NDArray[np.float32], NDArray[np.float32]] | None = None
        self._reader: ocr.TextReader | None = None
        self._revision = StageRevision(stage=Stage.CAPTION, kind=settings.kind, model=public_name(settings.model))

    async def start(self, knobs: TagsKnobs) -> None:
        reference = self._settings.model
        folder = await self._run(_Meter(), weights.resolve, reference)
        await self._decoder.start()
        await self.tag_with(await self._run(_Meter(), Tagger, Path(folder), self._settings.threads))
        await self.reconfigure(knobs)
        self._revision = StageRevision(
            stage=Stage.CAPTION,
            kind=self._settings.kind,
            model=reference,
            model_revision="; ".join(r for r in (weights.revision(reference), ocr.version()) if r),
            prompt_revision=compose.revision(),
        )

    async def tag_with(self, tagger: Tagger) -> None:
        """Tag later calls with this tagger. Calls that wait for the tagger before it are refused."""
        if self._batcher is not None:
            await self._batcher.stop()
        self._tagger = tagger
        self._batcher = Batcher(tagger.core, self._knobs.batching, name="tagger")
        await self._batcher.start()

    async def reconfigure(self, knobs: TagsKnobs) -> None:
        if knobs.screen_pictures:
            await self._screen.start()
        if knobs.ocr != "never":
            if self._reader is None:
                self._reader = ocr.TextReader(self._settings.threads)
            await self._run(_Meter(), self._reader.warm_up, _look(knobs))
        self._knobs = knobs
        if self._batcher is not None:
            self._batcher.limits = knobs.batching

    def words_of(self, item: Item) -> tuple[str, ...]:
        return caption_inputs(item)

    def revision(self) -> StageRevision:
        return self._revision

    def readings(self) -> Iterable[Reading]:
        return self._batcher.readings() if self._batcher is not None else ()

    async def check_health(self) -> None:
        if self._batcher is None:
            raise StageUnavailable("the captioner is not started")
        self._batcher.check_health()
        self._decoder.check_health()
        self._screen.check_health()
        self._watchdog.check(self._knobs.batching.max_forward_s)

    async def stop(self) -> None:
        if self._batcher is not None:
            await self._batcher.stop()
        await self._decoder.stop()
        self._screen.stop()
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def caption(self, item: Item, call: Call) -> CaptionResult:
        """Caption an item. If the time ends while text is read, it has the lines so far: the result is Incomplete.

        A picture that cannot be decoded is left out too. Raises Overloaded, DeadlineExceeded.
        """
        knobs, meter = self._knobs, _Meter()
        if not (item.frames or any(image.data for image in item.images)):
            return await asyncio.to_thread(compose.of_words, item)
        if self._inside >= self._settings.workers + self._settings.max_waiting:
            raise Overloaded("the captioner's queue is full")
        self._inside += 1
        try:
            return await self._look_and_read(item, call, knobs, meter)
        finally:
            self._inside -= 1

    async def _look_and_read(self, item: Item, call: Call, knobs: TagsKnobs, meter: _Meter) -> CaptionResult:
        if self._tagger is None or self._batcher is None:
            raise StageUnavailable("the captioner is not started")
        tagger, batcher = self._tagger, self._batcher
        async with call.deadline.limit("captioning"):
            pictures = await self._decoded(item, call, knobs, meter)
            if not (pictures.images or pictures.frames):
                words = await asyncio.to_thread(compose.of_words, item)
                return words.model_copy(update={"refused": pictures.refused, "usage": meter.usage()})
            shown = [*pictures.images, *pictures.frames]
            rows = await self._run(meter, tagger.pre, shown)
            batched = await batcher.submit([Work(row, tokens=1) for row in rows], call)
            sexual_content = await self._screen.probability(shown if knobs.screen_pictures else ())
        meter.add(usage(batched))
        meter.pictures = len(batched)
        tags = _pick(tagger, np.array([f.value for f in batched]), len(pictures.images), knobs)
        lines: list[str] = []
        kind: type[CaptionResult] = CaptionResult
        if self._reader is not None and knobs.ocr != "never":
            try:
                async with asyncio.timeout(max(call.deadline.remaining_s() - _ANSWER_S, 0)):
                    await self._read_into(lines, self._reader, pictures, knobs, meter)
            except TimeoutError:
                kind = Incomplete
            except Exception:
                logger.exception("reading text off a picture of request %s failed", call.request_id)
                kind = Incomplete
        lines = lines[: knobs.max_ocr_lines]
        text = await asyncio.to_thread(compose.compose, item, tags, lines, knobs.max_chars)
        return kind(
            caption=Caption(text=text, source=CaptionSource.TAGS, sexual_content=sexual_content),
            revision=self._revision,
            usage=meter.usage(),
            refused=pictures.refused,
        )

    async def _decoded(self, item: Item, call: Call, knobs: TagsKnobs, meter: _Meter) -> _Pictures:
        images, frames = images_of(item), frames_of(item, knobs.max_frames)
        decoded = await self._decoder.images([*images, *frames], self._settings.max_image_side, call)
        meter.add(decoded.usage)
        return _Pictures(
            [image for image in decoded.pictures[: len(images)] if image is not None],
            [frame for frame in decoded.pictures[len(images) :] if frame is not None],
            decoded.refused,
        )

    async def _read_into(
        self, lines: list[str], reader: ocr.TextReader, pictures: _Pictures, knobs: TagsKnobs, meter: _Meter
    ) -> None:
        """Append distinct lines of all images and of one frame, up to the limit. Text in a video rarely changes."""
        for picture in (*pictures.images, *pictures.frames[:1]):
            crops = await self._run(meter, reader.find, picture, _look(knobs))
            for start in range(0, len(crops), _LINES_AT_ONCE):
                if len(lines) >= knobs.max_ocr_lines:
                    return
                for line in await self._run(meter, reader.read, crops[start : start + _LINES_AT_ONCE]):
                    if line not in lines:
                        lines.append(line)

    async def _run(self, meter: _Meter, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run in the pool. Cancelling the caller drops waiting work; work in progress ends and is discarded."""
        queued_at = time.perf_counter()

        def timed() -> T:
            began = time.perf_counter()
            meter.queue_s += began - queued_at
            try:
                with self._watchdog.working():
                    return work(*args, **kwargs)
            finally:
                meter.compute_s += time.perf_counter() - began

        return await asyncio.wrap_future(self._pool.submit(timed))


@dataclass
class _Pictures:
    images: list[Image]
    frames: list[Image]
    refused: tuple[RefusedPicture, ...]


@dataclass
class _Meter:
    """The cost of one call so far."""

    queue_s: float = 0.0
    compute_s: float = 0.0
    pictures: int = 0

    def add(self, cost: Usage) -> None:
        self.queue_s += cost.queue_ms / 1000
        self.compute_s += cost.compute_ms / 1000

    def usage(self) -> Usage:
        return Usage(queue_ms=self.queue_s * 1000, compute_ms=self.compute_s * 1000, batch_size=self.pictures)


def _pick(tagger: Tagger, probabilities: NDArray[np.float32], images: int, knobs: TagsKnobs) -> tuple[labels.Tag, ...]:
    """Pick the tags of one call. The rows of `probabilities` are its images, then its frames."""
    merged = labels.merge(probabilities[:images], probabilities[images:])
    return labels.pick(merged, tagger.labels, knobs.min_probability, knobs.max_tags)


def _look(knobs: TagsKnobs) -> ocr.Look:
    return "thorough" if knobs.ocr == "always" else "quick"
