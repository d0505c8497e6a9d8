"""What an evaluation and a sweep share: stories as the tasks that serving would make of them, and their rewards."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from deployments.deadline import Call, Deadline
from deployments.engines.settings import EngineSettings
from deployments.errors import Misconfigured
from deployments.generator.settings import GeneratorSettings
from deployments.router.catalogue import FileCatalogue
from deployments.router.settings import EmbeddingRouterSettings, RouterKnobs
from deployments.types import CategoryPlan, GenerationTask, Item, Openings, Reward
from serve_app.knobs import DefaultKnobs
from serve_app.profiles import load_profiles
from training.generator.measures import Score
from training.generator.stories import Story

_ROUTING_S = 600.0


def tasks(
    stories: Sequence[Story],
    categories: str = "configs/categories.yaml",
    profiles: str = "configs/profiles.yaml",
    openings: bool = True,
) -> list[GenerationTask]:
    """One task a story, as a request that says nothing else makes it: title and body in the categories that the router
    picks, by the demo's defaults; without the categories' openings if asked. Raises Misconfigured.
    """
    defaults = DefaultKnobs()
    profile = load_profiles(profiles)[defaults.length_profile]
    plans = asyncio.run(routed([s.item for s in stories], categories, defaults.max_categories))
    if not openings:
        plans = [tuple(p.model_copy(update={"openings": Openings()}) for p in plan) for plan in plans]
    return [
        GenerationTask(
            item=story.item, caption="", plan=plan, profile=profile,
            candidates_per_category=defaults.candidates_per_category,
        )
        for story, plan in zip(stories, plans, strict=True)
    ]  # fmt: skip


async def routed(items: Sequence[Item], categories: str, count: int) -> list[tuple[CategoryPlan, ...]]:
    """The router's `count` categories for each item, by the encoder that serves."""
    router = EmbeddingRouterSettings().build()
    await router.start(RouterKnobs(catalogue=FileCatalogue(kind="file", path=categories)))
    try:
        call = Call(Deadline.after(_ROUTING_S))
        return [(await router.route(item, "", (), (), count, call)).plan for item in items]
    finally:
        await router.stop()


def scorer(folder: Path) -> tuple[Score, str]:
    """Scores rendered copies with the model in `folder`, in float32; and its revision. Raises Misconfigured."""
    from deployments.reward.model import RewardModel  # noqa: PLC0415 - torch takes seconds
    from training.measure import scored  # noqa: PLC0415

    model = RewardModel.load(folder, dtype="float32")

    def score(texts: Sequence[str]) -> list[Reward]:
        found = scored(model, texts)
        return [Reward(mean=float(m), spread=float(s)) for m, s in zip(found.mean, found.spread, strict=True)]

    return score, model.revision


def generator(model: str) -> GeneratorSettings:
    """On the engine of the demo: see `configs/demo.yaml`."""
    return GeneratorSettings(engine=EngineSettings(model=model, max_model_len=1024, max_num_seqs=16))


def merged(base: str, adapter: str) -> str:
    """The reference of the base with an adapter merged. Raises Misconfigured where there is no such folder."""
    if not Path(adapter).is_dir():
        raise Misconfigured(f"--adapter {adapter!r}: there is no such folder; train one, or give --adapter ''")
    return f"{base}+{adapter}"


def item_of(story: Story) -> dict[str, Any]:
    """What names a story in a file, and its facts."""
    return {"cluster": story.cluster, "fold": story.fold, "title": story.item.title, "facts": story.item.description}
