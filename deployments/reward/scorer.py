"""The reward scorer: every copy of a request is one entry of the batcher, next to the copies of other requests."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from deployments.batching import Batcher, Work, usage
from deployments.deadline import Call
from deployments.errors import Misconfigured
from deployments.reward.live import Loaded, Row, forward, load
from deployments.reward.settings import RewardKnobs, RewardSettings
from deployments.reward.shadow import NoMetrics, Shadow, ShadowMetrics
from deployments.reward.text import render_copy
from deployments.types import Copy, Item, Reward, ScoreResult, Stage, StageRevision
from deployments.weights import public_name

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

logger = logging.getLogger("ray.serve")


class BradleyTerryScorer:
    """Mean and spread over the heads. The heads know copies, trained within one item each, and no item.

    A new model goes live between two calls. Each entry of the batcher carries the model that encoded it, so a call is
    scored by one model from beginning to end, and a model is freed with the last call that it has to answer.
    """

    knobs_type = RewardKnobs

    def __init__(self, settings: RewardSettings, metrics: Callable[[], ShadowMetrics] = NoMetrics) -> None:
        self._settings = settings
        self._metrics = metrics
        self._live: Loaded | None = None
        self._shadow: Shadow | None = None
        self._batcher: Batcher[Row, NDArray[np.float32]] | None = None
        self._changing = asyncio.Lock()
        self._stopped = False

    async def start(self, knobs: RewardKnobs) -> None:
        """Raises Misconfigured when a model is missing, or was trained on another encoder than the one found."""
        self._batcher = Batcher(forward, knobs.batching, name="reward scorer")
        await self.reconfigure(knobs)
        await self._batcher.start()

    async def reconfigure(self, knobs: RewardKnobs) -> None:
        """Load what is new beside what serves, then change over at once; changes follow one another in order.

        Raises Misconfigured, and nothing has changed, when a model cannot be loaded or a copy would not fit a batch.
        """
        async with self._changing:
            live = await self._hold("model", knobs.model or self._settings.model, knobs.model_revision, knobs)
            shadow = await self._hold("shadow", knobs.shadow, knobs.shadow_revision, knobs) if knobs.shadow else None
            _check_room(knobs, live.model.max_length)
            if self._stopped:  # while the model loaded: a shadow started now would outlive the scorer
                return
            # Nothing is awaited from here on, so that no call meets half a change.
            if self._batcher is not None:
                self._batcher.limits = knobs.batching
            self._go_live(live)
            self._follow(shadow, knobs.shadow_share)

    async def _hold(self, knob: str, reference: str, revision: str, knobs: RewardKnobs) -> Loaded:
        """The model asked for. One that is in memory is not loaded again, as when the shadow is promoted."""
        for held in (self._live, self._shadow.loaded if self._shadow else None):
            if held is not None and held.is_what(reference, revision):
                return held
        tokens = knobs.batching.max_batch_tokens
        return await asyncio.to_thread(load, self._settings, knob, reference, revision, tokens)

    def _go_live(self, live: Loaded) -> None:
        before, self._live = self._live, live
        if before is not live:
            was = f"{before.reference} {before.model.revision}" if before else "none"
            logger.info("reward model %s %s is live, before: %s", live.reference, live.model.revision, was)

    def _follow(self, loaded: Loaded | None, share: float) -> None:
        if self._shadow is not None and self._shadow.loaded is loaded:
            self._shadow.share = share
            return
        if self._shadow is not None:
            self._shadow.close()
        self._shadow = None
        if loaded is not None and self._batcher is not None:
            self._shadow = Shadow(loaded, share, self._batcher.idle, self._metrics())
            logger.info("reward model %s %s is the shadow", loaded.reference, loaded.model.revision)

    def _ready(self) -> tuple[Loaded, Batcher[Row, NDArray[np.float32]]]:
        if self._live is None or self._batcher is None:
            raise RuntimeError("the reward scorer is not started")
        return self._live, self._batcher

    async def score(self, item: Item, caption: str, copies: Sequence[Copy], call: Call) -> ScoreResult:  # noqa: ARG002
        """One reward a copy, in the order given; of the item only its language is read.

        Raises Overloaded, DeadlineExceeded, StageFailed.
        """
        live, batcher = self._ready()
        texts = [render_copy(c.title, c.body) for c in copies]
        rows = await asyncio.to_thread(live.model.encode, texts)
        results = await batcher.submit([Work(Row(live.model, row), tokens=row.tokens) for row in rows], call)
        rewards = tuple(Reward(mean=float(r.value[0]), spread=float(r.value[1])) for r in results)
        if self._shadow is not None:
            self._shadow.offer(texts, [r.mean for r in rewards], live.model.revision)
        return ScoreResult(
            rewards=rewards,
            calibration=live.model.calibration_for(item.language),
            revision=live.revision,
            usage=usage(results),
        )

    def revision(self) -> StageRevision:
        if self._live is not None:
            return self._live.revision
        return StageRevision(stage=Stage.SCORE, kind=self._settings.kind, model=public_name(self._settings.model))

    async def check_health(self) -> None:
        self._ready()[1].check_health()

    async def stop(self) -> None:
        self._stopped = True
        if self._shadow is not None:
            self._shadow.close()
        if self._batcher is not None:
            await self._batcher.stop()


def _check_room(knobs: RewardKnobs, max_length: int) -> None:
    if knobs.batching.max_batch_tokens < max_length:
        raise Misconfigured(
            f"user_config of RewardScorer: batching.max_batch_tokens={knobs.batching.max_batch_tokens} is below "
            f"max_length={max_length}: the longest copy would never fit a batch"
        )
