"""Every item in every arm, and what the arms share."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import yaml
from rich.progress import track

from benchmarks.lib.cold_items import FIRST_WORDS, begun_with, cold_items
from benchmarks.lib.console import console, quiet
from benchmarks.prefix.layouts import ARMS, LAYOUTS, Arm
from deployments.deadline import Call, Deadline
from deployments.engines import Sampling
from deployments.errors import Misconfigured
from deployments.generator import prompt
from deployments.generator.generator import VllmGenerator
from deployments.generator.settings import GeneratorKnobs, GeneratorSettings
from deployments.item_text import prompt_facts
from deployments.router.catalogue import FileCatalogue
from deployments.settings import parse
from deployments.types import Draft, GenerationTask, Item
from serve_app.flow.profiles import load_profiles

CATEGORIES: Final = 4
_TIMEOUT_S: Final = 120.0


@dataclass(frozen=True)
class Run:
    """One item in one arm. `seconds`: until the last draft; `first_s`: until the first."""

    seconds: float
    first_s: float
    prompt_tokens: int
    cached_tokens: int


class Generator(VllmGenerator):
    """The generator as it is served, which can prime an item's prefix before it sends the rest, or lay it out anew."""

    arm = ARMS[0]

    async def generate(self, task: GenerationTask, call: Call) -> AsyncGenerator[Draft, None]:
        if self.arm.prime:
            job, *_ = await asyncio.to_thread(self._jobs, task, self._knobs)
            await self._engine.sample(job.prompt.words, Sampling(max_tokens=1), request_id=f"{call.request_id}-prime")
        async for draft in super().generate(task, call):
            yield draft

    def _jobs(self, task: GenerationTask, knobs: GeneratorKnobs) -> list[Any]:
        jobs = super()._jobs(task, knobs)
        room, count = self._room(task, knobs), self._engine.count_tokens
        item_facts = prompt_facts(task.item, task.caption, room, count, self._control_words)
        prompts = {
            plan.category: self._engine.render(
                self.arm.layout(prompt.messages(task, plan, item_facts), f"Style: {plan.instruction}")
            )
            for plan in task.plan
        }
        return [replace(job, prompt=replace(job.prompt, words=prompts[job.plan.category])) for job in jobs]


async def run(config: Path, items: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The whole report and one row a run. One engine a block size, idle while the other works. Raises Misconfigured."""
    started = time.monotonic()
    settings = _settings(config)
    every = (*ARMS, *LAYOUTS)
    async with AsyncExitStack() as stack:
        stages: dict[int, Generator] = {}
        for size in sorted({arm.block_size for arm in every}):
            console.print(f"starting an engine with blocks of {size} tokens")
            engine = settings.engine.model_copy(update={"block_size": size})
            stages[size] = Generator(settings.model_copy(update={"engine": engine}))
            stack.push_async_callback(stages[size].stop)
            await stages[size].start(GeneratorKnobs())
            # What all items share is in the cache of a service that has served: the system's words, in every layout.
            for arm in every:
                if arm.block_size == size:
                    await measure(stages[size], arm, task("Warm-up", cold_items(1)[0], arm.candidates))
        runs: dict[str, list[Run]] = {arm.name: [] for arm in every}
        silent = quiet()
        for n, item in enumerate(track(cold_items(items), "measuring", console=console, disable=silent)):
            for k in range(len(every)):  # each arm comes first as often as any other
                arm = every[(n + k) % len(every)]
                work = task(FIRST_WORDS[every.index(arm)], item, arm.candidates)
                runs[arm.name].append(await measure(stages[arm.block_size], arm, work))
        revision = stages[ARMS[0].block_size].revision()
    layouts = summary({arm.name: runs[arm.name] for arm in LAYOUTS})
    naive = max((layouts[arm.name] for arm in LAYOUTS[1:]), key=lambda arm: arm["cached_share"])
    result = {
        "hit_share": layouts["served"]["cached_share"],
        "naive_hit_share": naive["cached_share"],  # of the better of the two
        "layouts": layouts,
        "model": revision.model,
        "model_revision": revision.model_revision,
        "prompt_revision": revision.prompt_revision,
        "items": items,
        "categories": CATEGORIES,
        "candidates": LAYOUTS[0].candidates,
        "prompt_tokens": statistics.median(r.prompt_tokens / CATEGORIES for r in runs[ARMS[0].name]),
        "arms": summary({arm.name: runs[arm.name] for arm in ARMS}),
        "seconds": round(time.monotonic() - started, 1),
    }
    rows = [
        {"arm": name, "item": n, **asdict(one)} for name, arm_runs in runs.items() for n, one in enumerate(arm_runs)
    ]
    return result, rows


def _settings(config: Path) -> GeneratorSettings:
    try:
        stages = yaml.safe_load(config.read_text(encoding="utf-8"))["applications"][0]["args"]
    except (OSError, yaml.YAMLError, KeyError, TypeError, IndexError):
        raise Misconfigured(f"--config: {str(config)!r} is no serve config of this app") from None
    return parse(GeneratorSettings, stages.get("generator"), "generator")


def task(first_word: str, item: Item, candidates: int = 1) -> GenerationTask:
    """The item with another first word, `candidates` drafts in each of the catalogue's first categories."""
    categories = FileCatalogue(kind="file").load().categories[:CATEGORIES]
    return GenerationTask(
        item=begun_with(first_word, item),
        caption="",
        plan=tuple(category.plan(1.0, wanted=False) for category in categories),
        candidates_per_category=candidates,
        profile=load_profiles("configs/profiles.yaml")["default"],
        seed=0,
    )


async def measure(stage: Generator, arm: Arm, work: GenerationTask) -> Run:
    stage.arm = arm
    began = time.monotonic()
    ends, drafts = [], []
    call = Call(Deadline.after(_TIMEOUT_S), request_id=f"{work.item.id}-{arm.name}-{work.item.title}")
    async for draft in stage.generate(work, call):
        ends.append(time.monotonic() - began)
        drafts.append(draft.usage)
    return Run(ends[-1], ends[0], sum(u.prompt_tokens for u in drafts), sum(u.cached_tokens for u in drafts))


def summary(runs: Mapping[str, Sequence[Run]]) -> dict[str, dict[str, Any]]:
    """By arm, the first being what the others are compared with.

    `time_ratio`: median over the items of an item's time over its time in the first arm, so that what else the machine
    does weighs less. `cached_ratio`: of the shares; None where the first arm shares nothing.
    """
    first, *_ = runs.values()
    base = _cached_share(first)
    ratios = {name: [r.seconds / f.seconds for r, f in zip(arm, first, strict=True)] for name, arm in runs.items()}
    return {
        name: {
            "cached_share": round(_cached_share(arm), 3),
            "cached_ratio": round(_cached_share(arm) / base, 2) if base else None,
            "median_s": round(statistics.median(r.seconds for r in arm), 3),
            "time_ratio": round(statistics.median(ratios[name]), 3),
            "time_ratio_quartiles": [round(q, 3) for q in statistics.quantiles(ratios[name])[::2]],
            "median_first_s": round(statistics.median(r.first_s for r in arm), 3),
        }
        for name, arm in runs.items()
    }


def _cached_share(runs: Sequence[Run]) -> float:
    return sum(r.cached_tokens for r in runs) / sum(r.prompt_tokens for r in runs)
