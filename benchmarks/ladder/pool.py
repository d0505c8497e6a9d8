"""Pools of marked candidates: `training/marks`, with the reward and the fit that the graph would give them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from benchmarks.ladder.curve import Pool
from deployments import json_lines
from deployments.deadline import Call, Deadline
from deployments.generator.fit import FitCalibration, title_share
from deployments.reward.model import RewardModel
from deployments.reward.text import render_copy
from deployments.router.catalogue import FileCatalogue
from deployments.router.router import EmbeddingRouter
from deployments.router.settings import EmbeddingRouterSettings, RouterKnobs
from deployments.types import Candidate, Copy, Item, Reward, Source
from training.measure import scored
from training.writer import corpus

# Drafts of the shipped large writer, whose fit calibration is beside it.
MARKS: Final = (Path("training/marks/writer-large-3.jsonl"), Path("training/marks/writer-large-4.jsonl"))
ITEMS: Final = (Path("training/items"), Path("training/probes"))
CALIBRATION: Final = Path("models/writer-large/fit.json")
CATEGORIES: Final = 4
"""In so many the drafts were written."""
_BUDGET_S: Final = 60.0


def items() -> dict[str, Item]:
    """The items of the marks, by id."""
    return {entry.id: entry.item for entry in corpus.read(ITEMS)}


async def plans(by_id: Mapping[str, Item]) -> dict[str, list[str]]:
    """The categories of each item, heaviest first, as the router of the demos picks them."""
    router = EmbeddingRouter(EmbeddingRouterSettings())
    await router.start(RouterKnobs(catalogue=FileCatalogue(kind="file")))
    try:
        found = {}
        for name, item in by_id.items():
            caption = item.images[0].alt_text if item.images else ""
            call = Call(Deadline.after(_BUDGET_S), request_id=name)
            routed = await router.route(item, caption, (), (), CATEGORIES, call)
            found[name] = [each.category for each in routed.plan]
        return found
    finally:
        await router.stop()


def marked(paths: Sequence[Path]) -> set[str]:
    """The ids of the items that have marks."""
    return {json.loads(line)["id"] for path in paths for _, line in json_lines.read(path)}


def read(
    paths: Sequence[Path],
    by_id: Mapping[str, Item],
    by_plan: Mapping[str, Sequence[str]],
    model: RewardModel,
    calibration: FitCalibration,
) -> tuple[list[Pool], dict[str, float]]:
    """Return the pools by item, and 1 for each candidate that a reader would send.

    by_plan: of each item the categories in which it was written; one without marks had no draft that could be sent.
    """
    marks = [json.loads(line) for path in paths for _, line in json_lines.read(path)]
    scores = scored(model, [render_copy(mark["title"], mark["body"]) for mark in marks])
    pools: defaultdict[str, defaultdict[str, list[Candidate]]] = defaultdict(lambda: defaultdict(list))
    good = {}
    for n, mark in enumerate(marks):
        share = title_share(by_id[mark["id"]], Copy(title=mark["title"], body=mark["body"]))
        candidate = Candidate(
            id=f"c{n}",
            source=Source.GENERATED,
            category=mark["category"],
            reward=Reward(mean=float(scores.mean[n]), spread=float(scores.spread[n])),
            likelihood=mark["likelihood"],
            fit=calibration.fit(mark["contrast"], mark["likelihood"], mark["category"], share),
        )
        pools[mark["id"]][mark["category"]].append(candidate)
        good[candidate.id] = float(mark["fit"] == 1)
    return [{name: pool.get(name, []) for name in by_plan[item]} for item, pool in pools.items()], good
