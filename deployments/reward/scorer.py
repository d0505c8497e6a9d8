"""The reward scorer: every copy of a request is one entry of the batcher, next to the copies of other requests."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from deployments.batching import Batcher, Work, usage
from deployments.deadline import Call
from deployments.encoder import Encoder, EncoderSettings, Tokens
from deployments.errors import Misconfigured
from deployments.paths import find
from deployments.reward.settings import RewardKnobs, RewardSettings
from deployments.types import Copy, Item, Reward, ScoreResult, Stage, StageRevision
from deployments.weights import public_name

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from deployments.reward.model import BradleyTerryHeads


class BradleyTerryScorer:
    """Mean and spread over the heads. The item is not read: the heads know copies, trained within one item each."""

    knobs_type = RewardKnobs

    def __init__(self, settings: RewardSettings) -> None:
        self._settings = settings
        self._encoder: Encoder | None = None
        self._heads: BradleyTerryHeads | None = None
        self._batcher: Batcher[Tokens, NDArray[np.float32]] | None = None
        self._revision = StageRevision(stage=Stage.SCORE, kind=settings.kind, model=public_name(settings.model))

    async def start(self, knobs: RewardKnobs) -> None:
        """Raises Misconfigured when the model is missing, or was trained on another encoder than the one found."""
        await asyncio.to_thread(self._load, knobs)
        self._batcher = Batcher(self._forward, knobs.batching, name="reward scorer")
        await self._batcher.start()

    def _load(self, knobs: RewardKnobs) -> None:
        from deployments.reward import model  # noqa: PLC0415 - imports torch

        folder = find(self._settings.model)
        if folder is None:
            raise Misconfigured(f"reward.model: there is no folder {self._settings.model!r}; train one: see training/")
        config = model.read_config(folder)
        settings = self._settings
        encoder = Encoder(
            EncoderSettings(
                model=config.encoder,
                max_length=config.max_length,
                device=settings.device,
                dtype=settings.dtype,
                threads=settings.threads,
            )
        )
        self._check_room(knobs, config.max_length)
        encoder.load()
        if config.encoder_revision and encoder.revision() != config.encoder_revision:
            raise Misconfigured(
                f"reward.model was trained on {config.encoder} {config.encoder_revision}, here is "
                f"{encoder.revision()}: train it again or install that encoder"
            )
        self._heads = model.load(folder).to(encoder.device)
        encoder.warmup(knobs.batching.max_batch_tokens)
        self._encoder = encoder
        self._revision = self._revision.model_copy(update={"model_revision": model.revision_of(folder)})

    @staticmethod
    def _check_room(knobs: RewardKnobs, max_length: int) -> None:
        if knobs.batching.max_batch_tokens < max_length:
            raise Misconfigured(
                f"user_config of RewardScorer: batching.max_batch_tokens={knobs.batching.max_batch_tokens} is below "
                f"max_length={max_length}: the longest copy would never fit a batch"
            )

    async def reconfigure(self, knobs: RewardKnobs) -> None:
        self._check_room(knobs, self._ready()[0].settings.max_length)
        self._ready()[1].limits = knobs.batching

    def _ready(self) -> tuple[Encoder, Batcher[Tokens, NDArray[np.float32]]]:
        if self._encoder is None or self._batcher is None:
            raise RuntimeError("the reward scorer is not started")
        return self._encoder, self._batcher

    def _forward(self, rows: Sequence[Tokens]) -> NDArray[np.float32]:
        """[rows, heads] logits; runs in the batcher's thread."""
        import torch  # noqa: PLC0415 - loaded by now

        encoder, heads = self._encoder, self._heads
        if encoder is None or heads is None:
            raise RuntimeError("the reward scorer is not started")
        pooled = encoder.pooled(rows)
        with torch.inference_mode():
            return heads(pooled).float().cpu().numpy()

    async def score(self, item: Item, caption: str, copies: Sequence[Copy], call: Call) -> ScoreResult:  # noqa: ARG002
        """One reward a copy, in the order given. Raises Overloaded, DeadlineExceeded, StageFailed."""
        from deployments.reward.model import render_copy  # noqa: PLC0415 - imports torch

        encoder, batcher = self._ready()
        texts = [render_copy(c.title, c.body) for c in copies]
        rows = await asyncio.to_thread(encoder.pre, texts)
        results = await batcher.submit([Work(row, tokens=row.tokens) for row in rows], call)
        rewards = tuple(Reward(mean=float(r.value.mean()), spread=float(r.value.std())) for r in results)
        return ScoreResult(rewards=rewards, revision=self._revision, usage=usage(results))

    def revision(self) -> StageRevision:
        return self._revision

    async def check_health(self) -> None:
        self._ready()[1].check_health()

    async def stop(self) -> None:
        if self._batcher is not None:
            await self._batcher.stop()
