"""The reward scorer: every copy of a request is one entry of the batcher, beside copies of other requests."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from deployments.batching import Batcher, Work, usage
from deployments.deadline import Call
from deployments.encoder import bound_memory, pick_device
from deployments.errors import Misconfigured
from deployments.readings import Reading
from deployments.reward.live import Loaded, Row, forward, load, load_fit
from deployments.reward.settings import RewardKnobs, RewardSettings
from deployments.reward.shadow import ServeShadowMetrics, Shadow, ShadowMetrics
from deployments.reward.text import render_copy
from deployments.stages import Startable
from deployments.types import Copy, ItemFacts, Reward, ScoreResult, Stage, StageRevision
from deployments.weights import public_name

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from deployments.reward.fit import FitModel

logger = logging.getLogger("ray.serve")


class BradleyTerryScorer(Startable[RewardKnobs]):
    """Scores mean and spread over the heads, and the fit of each copy to its item, in shared batches.

    The heads read copies alone, the fit measure reads the item's facts too. The fit measure stays for the life of the
    scorer.

    A new reward model goes live between two calls. Each entry of the batcher holds the model that encoded it, so one
    model scores all of a call, and is freed after its last call.
    """

    knobs_type = RewardKnobs

    def __init__(self, settings: RewardSettings, metrics: Callable[[], ShadowMetrics] = ServeShadowMetrics) -> None:
        self._settings = settings
        self._metrics = metrics
        self._live: Loaded | None = None
        self._fit: FitModel | None = None
        self._shadow: Shadow | None = None
        self._batcher: Batcher[Row, NDArray[np.float32]] | None = None
        self._changing = asyncio.Lock()
        self._stopped = False

    async def start(self, knobs: RewardKnobs) -> None:
        """Load the models. Raises Misconfigured for a missing model, or an encoder other than that of the training."""
        self._batcher = Batcher(forward, knobs.batching, name="reward scorer")
        await asyncio.to_thread(self._bound_memory)
        self._fit = await asyncio.to_thread(load_fit, self._settings)
        await self.reconfigure(knobs)
        await self._batcher.start()

    def _bound_memory(self) -> None:
        if self._settings.gpu_memory_utilization is not None:
            bound_memory(self._settings.gpu_memory_utilization, pick_device(self._settings.device))

    async def reconfigure(self, knobs: RewardKnobs) -> None:
        """Load new models beside the live ones, then swap at once. Changes run one after another.

        Raises Misconfigured, without any change, if a model cannot be loaded or a copy would not fit a batch.
        """
        async with self._changing:
            live = await self._loaded_model("model", knobs.model or self._settings.model, knobs.model_revision, knobs)
            shadow = (
                await self._loaded_model("shadow", knobs.shadow, knobs.shadow_revision, knobs) if knobs.shadow else None
            )
            _check_room(knobs, live.model.max_length, "max_length", "the longest copy")
            if self._fit is not None:
                _check_room(knobs, self._fit.config.row_tokens, "row_tokens", "a full row of the fit measure")
            if self._stopped:  # stopped during the loading: a shadow started now would outlive the scorer
                return
            # Nothing is awaited from here on, so that no call sees half a change.
            if self._batcher is not None:
                self._batcher.limits = knobs.batching
            self._go_live(live)
            self._follow(shadow, knobs.shadow_share)

    async def _loaded_model(self, knob: str, reference: str, revision: str, knobs: RewardKnobs) -> Loaded:
        """Return the requested model. A model in memory is not loaded again, for example a promoted shadow."""
        for loaded in (self._live, self._shadow.loaded if self._shadow else None):
            if loaded is not None and loaded.is_what(reference, revision):
                return loaded
        tokens = knobs.batching.max_batch_tokens
        return await asyncio.to_thread(load, self._settings, knob, reference, revision, tokens, self._fit)

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

    async def score(self, facts: ItemFacts, copies: Sequence[Copy], call: Call) -> ScoreResult:
        """Return one reward and one fit per copy, in their order.

        Fits are None for an item in a language that the fit measure does not know. Raises Overloaded, DeadlineExceeded,
        StageFailed.
        """
        live, batcher = self._ready()
        texts = [render_copy(c.title, c.body) for c in copies]
        fit = self._fit if self._fit is not None and self._fit.knows(facts.language) else None
        rewarding, fitting = await asyncio.to_thread(_works, live, fit, facts, copies, texts)
        results = await batcher.submit([*rewarding, *fitting], call)
        means = [r.value for r in results[: len(rewarding)]]
        rewards = tuple(Reward(mean=float(mean), spread=float(spread)) for mean, spread in means)
        fits: tuple[float | None, ...] = tuple(float(p) for r in results[len(rewarding) :] for p in r.value)
        if self._shadow is not None:
            self._shadow.offer(texts, [r.mean for r in rewards], live.model.revision)
        return ScoreResult(
            rewards=rewards,
            fits=fits if fit is not None or self._fit is None else (None,) * len(copies),
            calibration=live.model.calibration_for(facts.language),
            revision=live.revision,
            usage=usage(results),
        )

    def revision(self) -> StageRevision:
        if self._live is not None:
            return self._live.revision
        return StageRevision(stage=Stage.SCORE, kind=self._settings.kind, model=public_name(self._settings.model))

    def readings(self) -> Iterable[Reading]:
        return self._batcher.readings() if self._batcher is not None else ()

    async def check_health(self) -> None:
        self._ready()[1].check_health()

    async def stop(self) -> None:
        self._stopped = True
        if self._shadow is not None:
            self._shadow.close()
        if self._batcher is not None:
            await self._batcher.stop()


def _works(
    live: Loaded, fit: FitModel | None, facts: ItemFacts, copies: Sequence[Copy], texts: Sequence[str]
) -> tuple[list[Work[Row]], list[Work[Row]]]:
    """Make the batcher's entries: one per copy for the rewards, packed rows for the fits. Any thread."""
    rewarding = [Work(Row(live.model, row), tokens=row.tokens) for row in live.model.encode(texts)]
    if fit is None:
        return rewarding, []
    rows = fit.encode(fit.facts(facts), copies)
    return rewarding, [Work(Row(fit, row), tokens=row.tokens) for row in rows]


def _check_room(knobs: RewardKnobs, longest: int, name: str, what: str) -> None:
    if knobs.batching.max_batch_tokens < longest:
        raise Misconfigured(
            f"user_config of RewardScorer: batching.max_batch_tokens={knobs.batching.max_batch_tokens} is below "
            f"{name}={longest}: {what} would never fit a batch"
        )
