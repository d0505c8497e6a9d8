"""Drafts of a writer on the serving engine, with its own fit of each: for readers and for calibration."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Sequence
from typing import Any

from deployments.deadline import Call, Deadline
from deployments.engines import as_they_finish
from deployments.engines.settings import EngineSettings
from deployments.generator.fit import EngineFitSettings
from deployments.generator.generator import VllmGenerator
from deployments.generator.settings import GeneratorKnobs, GeneratorSettings
from deployments.router.catalogue import FileCatalogue
from deployments.router.router import EmbeddingRouter
from deployments.router.settings import EmbeddingRouterSettings, RouterKnobs
from deployments.types import Draft, GenerationTask, LengthProfile
from training.writer.corpus import Entry

_BUDGET_S = 600.0


class Studio:
    """The router and the generator of a config, in this process: no Ray, no network. Start it, then `write`."""

    def __init__(
        self, model: str, profile: LengthProfile, languages: Sequence[str], knobs: GeneratorKnobs, sequences: int = 16
    ) -> None:
        """sequences: that the engine works on at once. A step reads all weights, whatever their number."""
        engine = EngineSettings(model=model, max_model_len=1024, max_num_seqs=sequences)
        fit = EngineFitSettings(languages=tuple(languages))
        self._generator = VllmGenerator(GeneratorSettings(engine=engine, fit=fit))
        self._router = EmbeddingRouter(EmbeddingRouterSettings())
        self._profile = profile
        self._knobs = knobs

    async def __aenter__(self) -> Studio:
        await self._router.start(RouterKnobs(catalogue=FileCatalogue(kind="file")))
        await self._generator.start(self._knobs)
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._generator.stop()
        await self._router.stop()

    async def write(self, entry: Entry, categories: int, candidates: int, seed: int) -> list[Draft]:
        """Drafts in the categories that the router picks, each with its `fit` as the bare model says it."""
        call = Call(Deadline.after(_BUDGET_S), request_id=entry.id)
        item = entry.item
        routed = await self._router.route(item, entry.alt_text, (), (), categories, call)
        task = GenerationTask(
            item=item, caption=entry.alt_text, plan=routed.plan, candidates_per_category=candidates,
            profile=self._profile, seed=seed,
        )  # fmt: skip
        return [draft async for draft in self._generator.generate(task, call)]


async def written(
    studio: Studio, entries: Sequence[Entry], categories: int, candidates: int, seed: int, at_once: int
) -> AsyncIterator[list[dict[str, Any]]]:
    """Rows of each entry, as it is finished; some entries are in the engine at once."""
    turn = asyncio.Semaphore(at_once)

    async def one(entry: Entry) -> list[dict[str, Any]]:
        async with turn:
            return [row(entry, d) for d in await studio.write(entry, categories, candidates, seed)]

    async for rows in as_they_finish(one(entry) for entry in entries):
        yield rows


def row(entry: Entry, draft: Draft) -> dict[str, Any]:
    """`contrast`: log P(Yes) - log P(No) of the model itself; None where it was not asked."""
    return {
        "id": entry.id,
        "category": draft.category,
        "title": draft.title,
        "body": draft.body,
        "finished": draft.finished,
        "likelihood": draft.answer_likelihood,
        "contrast": None if draft.fit is None else round(_logit(draft.fit), 4),
    }


def _logit(probability: float) -> float:
    p = min(max(probability, 1e-9), 1 - 1e-9)
    return math.log(p / (1 - p))
