"""The `openai` captioner: a vision-language model on a server that speaks the OpenAI API."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterable, Sequence

from PIL import Image as Pillow

from deployments.captioner import compose, vision
from deployments.captioner.cache import Cacheable
from deployments.captioner.decoder import Decoder
from deployments.captioner.openai_settings import OpenAiCaptionerKnobs, OpenAiCaptionerSettings
from deployments.captioner.pictures import pictures_of
from deployments.captioner.screen import Screen
from deployments.deadline import Call
from deployments.engines.dialect import Chat
from deployments.engines.openai_engine import CONTROL_WORDS, OpenAiEngine
from deployments.engines.token_estimate import estimate_tokens
from deployments.engines.words import Message
from deployments.item_text import prompt_inputs
from deployments.pixels import jpeg
from deployments.readings import Reading
from deployments.types import Caption, CaptionResult, Item, RefusedPicture, Stage, StageRevision, Usage
from deployments.weights import public_name


class OpenAiCaptioner(Cacheable[OpenAiCaptionerKnobs]):
    """A captioner without a cache; `CachedCaptioner` wraps it."""

    knobs_type = OpenAiCaptionerKnobs

    def __init__(self, settings: OpenAiCaptionerSettings) -> None:
        self._settings = settings
        self._engine = OpenAiEngine(settings.server, name="captioner")
        self._decoder = Decoder(settings.decoder)
        self._screen = Screen()
        self._knobs = OpenAiCaptionerKnobs()
        self._revision = StageRevision(
            stage=Stage.CAPTION,
            kind=settings.kind,
            model=public_name(settings.server.model),
            model_revision=settings.server.revision,
            prompt_revision=vision.revision(),
        )

    async def start(self, knobs: OpenAiCaptionerKnobs) -> None:
        """Connect. Raises Misconfigured without a key, or if the server refuses the key, the model or an image."""
        await self.reconfigure(knobs)
        blank = jpeg(Pillow.new("RGB", (64, 64)), self._settings.jpeg_quality)
        await self._engine.start(self._chat([Message("user", vision.REQUEST)], [blank], knobs))
        await self._decoder.start()

    async def reconfigure(self, knobs: OpenAiCaptionerKnobs) -> None:
        if knobs.screen_pictures:
            await self._screen.start()
        self._knobs = knobs

    async def caption(self, item: Item, call: Call) -> CaptionResult:
        """Caption an item. Without images and frames the caption is its metadata, without a call.

        A picture that cannot be decoded is left out. Raises the errors of `OpenAiEngine.sample`. At the deadline the
        call is cancelled.
        """
        knobs = self._knobs
        pictures = pictures_of(item, knobs.max_images)
        if not pictures:
            return await asyncio.to_thread(compose.of_words, item)
        settings = self._settings
        decoded = await self._decoder.jpegs(pictures, settings.max_image_side, settings.jpeg_quality, call)
        jpegs = decoded.usable()
        if not jpegs:
            words = await asyncio.to_thread(compose.of_words, item)
            return words.model_copy(update={"refused": decoded.refused})
        messages = await asyncio.to_thread(
            vision.messages, item, knobs.max_facts_tokens, estimate_tokens, CONTROL_WORDS
        )
        screened = map(_opened, jpegs) if knobs.screen_pictures else ()
        sample, sexual_content = await asyncio.gather(
            self._engine.sample(self._chat(messages, jpegs, knobs), call), self._screen.probability(tuple(screened))
        )
        caption = vision.caption_of(sample, knobs.max_chars, sexual_content)
        return self._result(caption, sample.usage(batch_size=1), decoded.refused)

    def _chat(self, messages: Sequence[Message], jpegs: Sequence[bytes], knobs: OpenAiCaptionerKnobs) -> Chat:
        return Chat(
            messages=tuple(messages),
            images=tuple(jpegs),
            temperature=knobs.temperature,
            max_tokens=knobs.max_tokens,
        )

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


def _opened(jpeg_of_ours: bytes) -> Pillow.Image:
    """Open a JPEG that the decoder wrote. Its pixels are read where it is classified."""
    return Pillow.open(io.BytesIO(jpeg_of_ours))
