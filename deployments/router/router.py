"""The router: similarity of the item to each category's cues, gated by evidence. The caller's options win."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deployments.batching import Batcher, Work, usage
from deployments.deadline import Call
from deployments.encoder import Encoder, Tokens
from deployments.errors import Misconfigured
from deployments.item_text import evidence, router_text
from deployments.prompt_revision import prompt_revision
from deployments.readings import Reading
from deployments.router.catalogue import Category, InlineCatalogue, usable
from deployments.router.settings import EmbeddingRouterSettings, Exploration, RouterKnobs
from deployments.stages import Startable
from deployments.types import Item, RouteResult, Stage, StageRevision
from deployments.weights import public_name

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class _Loaded:
    """A catalogue with its cue embeddings: `cues[i]` is [cues of category i, dim], rows of unit length.

    `centre[i]` is the mean similarity of category i's cues to those of all others. It is subtracted from scores, so
    that a category whose cues are close to everything does not win everything.
    """

    catalogue: InlineCatalogue
    revision: str
    cues: tuple[NDArray[np.float32], ...]
    centre: NDArray[np.float32]


class EmbeddingRouter(Startable[RouterKnobs]):
    """A zero-shot router: it needs a catalogue and no labels."""

    knobs_type = RouterKnobs

    def __init__(self, settings: EmbeddingRouterSettings) -> None:
        self._settings = settings
        self._encoder = Encoder(settings.encoder)
        self._knobs = RouterKnobs()
        self._batcher: Batcher[Tokens, NDArray[np.float32]] | None = None
        self._loaded: _Loaded | None = None

    async def start(self, knobs: RouterKnobs) -> None:
        """Load the encoder, then the catalogue. Raises Misconfigured."""
        self._check_room(knobs)
        await asyncio.to_thread(self._encoder.load)
        await asyncio.to_thread(self._encoder.warmup, knobs.batching.max_batch_tokens)
        self._batcher = Batcher(self._encoder.core, knobs.batching, name="router")
        await self._batcher.start()
        self._loaded = await asyncio.to_thread(self._load, knobs)
        self._knobs = knobs

    async def reconfigure(self, knobs: RouterKnobs) -> None:
        self._check_room(knobs)
        self._loaded = await asyncio.to_thread(self._load, knobs)
        self._started_batcher.limits = knobs.batching
        self._knobs = knobs

    def _check_room(self, knobs: RouterKnobs) -> None:
        longest = self._settings.encoder.max_length
        if knobs.batching.max_batch_tokens < longest:
            raise Misconfigured(
                f"user_config of CategoryRouter: batching.max_batch_tokens={knobs.batching.max_batch_tokens} is below "
                f"encoder.max_length={longest}: the longest item would never fit a batch"
            )

    def _load(self, knobs: RouterKnobs) -> _Loaded:
        import numpy as np  # noqa: PLC0415 - settings stay light

        catalogue = knobs.catalogue.load()
        cues = [self._encoder.post(self._encoder.core(self._encoder.pre(c.cues))) for c in catalogue.categories]
        centre = [
            float(np.mean([(others @ category_cues.T).mean() for j, others in enumerate(cues) if j != i] or [0.0]))
            for i, category_cues in enumerate(cues)
        ]
        return _Loaded(catalogue, words_revision(catalogue), tuple(cues), np.asarray(centre, dtype=np.float32))

    @property
    def _started_batcher(self) -> Batcher[Tokens, NDArray[np.float32]]:
        if self._batcher is None:
            raise RuntimeError("the router is not started")
        return self._batcher

    async def route(
        self, item: Item, caption: str, requested: Sequence[str], barred: Sequence[str], max_categories: int, call: Call
    ) -> RouteResult:
        """Return the heaviest categories, with weights that sum to 1.

        Raises InvalidInput as `usable` does, Overloaded, DeadlineExceeded.
        """
        loaded = self._loaded
        if loaded is None:
            raise RuntimeError("the router is not started")
        allowed, tokens = await asyncio.to_thread(self._read, loaded, item, caption, requested, barred)
        (batched,) = await self._started_batcher.submit([Work(tokens, tokens=tokens.tokens)], call)
        weights = self._weights(loaded, batched.value)
        order = sorted(allowed, key=lambda i: -weights[i])
        chosen = explore(order, max_categories, self._knobs.exploration, call.request_id)
        total = sum(weights[i] for i in chosen)
        plan = tuple(
            loaded.catalogue.categories[i].plan(
                min(1.0, weights[i] / total), loaded.catalogue.categories[i].category in requested
            )
            for i in chosen
        )
        return RouteResult(plan=plan, revision=self.revision(), usage=usage([batched]))

    def _read(
        self, loaded: _Loaded, item: Item, caption: str, requested: Sequence[str], barred: Sequence[str]
    ) -> tuple[list[int], Tokens]:
        """Return the usable categories and the item's tokens: milliseconds for a long item. Raises InvalidInput."""
        allowed = usable(loaded.catalogue.categories, item, caption, requested, barred)
        return allowed, self._encoder.pre([router_text(item, caption)])[0]

    def _weights(self, loaded: _Loaded, embedding: NDArray[np.float32]) -> list[float]:
        """Softmax over the similarity of each category's two best cues, less its centre, plus its prior."""
        import numpy as np  # noqa: PLC0415

        row = self._encoder.post(embedding)
        best = [float(np.sort(cues @ row)[-2:].mean()) for cues in loaded.cues]
        priors = [c.prior for c in loaded.catalogue.categories]
        logits = (np.asarray(best) - loaded.centre + np.asarray(priors)) / self._knobs.temperature
        exponentials = np.exp(logits - logits.max())
        return [float(w) for w in exponentials / exponentials.sum()]

    async def categories(self) -> tuple[Category, ...]:
        return self._loaded.catalogue.categories if self._loaded else ()

    def revision(self) -> StageRevision:
        return StageRevision(
            stage=Stage.ROUTE,
            kind=self._settings.kind,
            model=public_name(self._settings.encoder.model),
            model_revision=self._encoder.revision(),
            prompt_revision=self._loaded.revision if self._loaded else "",
        )

    def readings(self) -> Iterable[Reading]:
        return self._batcher.readings() if self._batcher is not None else ()

    async def check_health(self) -> None:
        self._started_batcher.check_health()

    async def stop(self) -> None:
        if self._batcher is not None:
            await self._batcher.stop()


def words_revision(catalogue: InlineCatalogue) -> str:
    """Return the revision of the texts that are compared: the catalogue's and the item's."""
    words = catalogue.model_dump_json()
    return prompt_revision(lambda item, caption: (words, router_text(item, caption), evidence(item, caption)))


def explore(order: Sequence[int], count: int, exploration: Exploration, request_id: str) -> list[int]:
    """Return the first `count`, the last of them swapped with probability `epsilon` for a later one."""
    chosen, remaining = list(order[:count]), list(order[count:])
    draw = random.Random(f"{exploration.seed}/{request_id}")  # noqa: S311 - reproducible, not secret
    if remaining and draw.random() < exploration.epsilon:
        chosen[-1] = draw.choice(remaining)
    return chosen
