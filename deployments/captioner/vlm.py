"""The `vlm` captioner: a frozen vision-language model reads images and frames and writes a dense caption."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from PIL import Image as Pillow

from deployments import weights
from deployments.captioner import compose, vision
from deployments.captioner.cache import Cacheable
from deployments.captioner.decoder import Decoder
from deployments.captioner.pictures import pictures_of
from deployments.captioner.screen import Screen
from deployments.captioner.vlm_settings import VlmCaptionerSettings, VlmKnobs
from deployments.deadline import Call
from deployments.engines import Engine, Message, Prompt, Sampling
from deployments.errors import Misconfigured
from deployments.item_text import prompt_inputs
from deployments.readings import Reading
from deployments.types import Caption, CaptionResult, Item, RefusedPicture, Stage, StageRevision, Usage
from deployments.weights import public_name


class VlmCaptioner(Cacheable[VlmKnobs]):
    """A captioner without a cache; `CachedCaptioner` wraps it."""

    knobs_type = VlmKnobs

    def __init__(self, settings: VlmCaptionerSettings) -> None:
        self._settings = settings
        self._engine = Engine(settings.engine, name="captioner")
        self._decoder = Decoder(settings.decoder)
        self._screen = Screen()
        self._knobs = VlmKnobs()
        self._revision = StageRevision(
            stage=Stage.CAPTION, kind=settings.kind, model=public_name(settings.engine.model)
        )
        self._control_words: tuple[str, ...] = ()

    async def start(self, knobs: VlmKnobs) -> None:
        """Start engine and decoder. Raises Misconfigured if the model cannot be served with `max_images`."""
        await self.reconfigure(knobs)
        await self._engine.start()
        await self._decoder.start()  # after the engine, which owns all processes that start during its own start
        self._control_words = self._engine.control_words()
        await self._warm_up()
        model_revision = await asyncio.to_thread(weights.revision, self._settings.engine.model)
        self._revision = self._revision.model_copy(
            update={
                "model_revision": model_revision or self._settings.engine.revision or "",
                "prompt_revision": vision.revision(),
            }
        )

    async def _warm_up(self) -> None:
        """Answer for one blank image, so that a started engine is known to work."""
        prompt = self._engine.render([Message("user", vision.REQUEST)], [Pillow.new("RGB", (64, 64))])
        await self._engine.sample(prompt, Sampling(max_tokens=1), request_id="warm-up")

    async def reconfigure(self, knobs: VlmKnobs) -> None:
        allowed = self._settings.engine.max_images_per_prompt
        if knobs.max_images is not None and knobs.max_images > allowed:
            raise Misconfigured(f"max_images={knobs.max_images} exceeds engine.max_images_per_prompt={allowed}")
        if knobs.screen_pictures:
            await self._screen.start()
        self._knobs = knobs

    async def caption(self, item: Item, call: Call) -> CaptionResult:
        """Caption an item. Without images and frames the caption is its metadata, without a call of the model.

        A picture that cannot be decoded is left out. Raises DeadlineExceeded, StageUnavailable when the engine has
        died, StageFailed. At the deadline the engine aborts the request.
        """
        knobs = self._knobs
        pictures = pictures_of(item, knobs.max_images or self._settings.engine.max_images_per_prompt)
        if not pictures:
            return await asyncio.to_thread(compose.of_words, item)
        async with call.deadline.limit("captioning"):
            decoded = await self._decoder.images(pictures, self._settings.max_image_side, call)
            images = decoded.usable()
            if not images:
                words = await asyncio.to_thread(compose.of_words, item)
                return words.model_copy(update={"refused": decoded.refused})
            prompt = await asyncio.to_thread(self._prompt, item, images, knobs)
            sampling = Sampling(
                temperature=knobs.temperature, repetition_penalty=knobs.repetition_penalty, max_tokens=knobs.max_tokens
            )
            sample, sexual_content = await asyncio.gather(
                self._engine.sample(
                    prompt,
                    sampling,
                    request_id=call.request_id or "caption",
                    priority=call.priority,
                    deadline=call.deadline,
                ),
                self._screen.probability(images if knobs.screen_pictures else ()),
            )
        caption = vision.caption_of(sample, knobs.max_chars, sexual_content)
        return self._result(caption, sample.usage(batch_size=1), decoded.refused)

    def _prompt(self, item: Item, images: Sequence[Pillow.Image], knobs: VlmKnobs) -> Prompt:
        """Render the prompt. Reading the item's text and tokenising take milliseconds: call it in a thread."""
        messages = vision.messages(item, knobs.max_facts_tokens, self._engine.count_tokens, self._control_words)
        return self._engine.render(messages, images)

    def _result(self, caption: Caption, usage: Usage, refused: tuple[RefusedPicture, ...] = ()) -> CaptionResult:
        return CaptionResult(caption=caption, revision=self._revision, usage=usage, refused=refused)

    def words_of(self, item: Item) -> tuple[str, ...]:
        return prompt_inputs(item)

    def revision(self) -> StageRevision:
        return self._revision

    def readings(self) -> Iterable[Reading]:
        return self._engine.readings()

    async def check_health(self) -> None:
        self._decoder.check_health()
        self._screen.check_health()
        await self._engine.check_health()

    async def stop(self) -> None:
        await self._decoder.stop()
        self._screen.stop()
        await self._engine.stop()
