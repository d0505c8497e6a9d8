"""Measure what the drafts of a cold item share in the prefix cache.

By block size and with one prompt sent first, at 4 categories x 1; and by the prompt's layout, at 4 categories x 2: the
served one, whose category comes last, beside two that put the category before the item's facts.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Final

import typer
import yaml
from rich.console import Console
from rich.markup import escape
from rich.progress import track
from rich.table import Table

from benchmarks.lib import record
from benchmarks.lib.cold_items import FIRST_WORDS, begun_with, cold_items
from deployments.deadline import Call, Deadline
from deployments.engines import Message, Sampling
from deployments.errors import Misconfigured, PushGenError
from deployments.facts import facts
from deployments.generator import prompt
from deployments.generator.generator import VllmGenerator
from deployments.generator.settings import GeneratorKnobs, GeneratorSettings
from deployments.router.catalogue import FileCatalogue
from deployments.settings import parse
from deployments.types import Draft, GenerationTask, Item
from serve_app.flow.profiles import load_profiles

CATEGORIES: Final = 4
_TIMEOUT_S: Final = 120.0
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
_console = Console(stderr=True, highlight=False)


Layout = Callable[[Sequence[Message], str], list[Message]]
"""From the served messages and the category's words to the messages to send."""


def served(messages: Sequence[Message], style: str) -> list[Message]:  # noqa: ARG001 - every layout is asked the same
    return list(messages)


def category_first(messages: Sequence[Message], style: str) -> list[Message]:
    """The same words, the category's before the item: what shares the facts only within a category."""
    *others, user = messages
    return [*others, replace(user, text=f"{style}\n{_without(user.text, style)}")]


def category_in_system(messages: Sequence[Message], style: str) -> list[Message]:
    """The same words, the category's at the end of the system message."""
    system, *others, user = messages
    return [replace(system, text=f"{system.text}\n{style}"), *others, replace(user, text=_without(user.text, style))]


def _without(text: str, style: str) -> str:
    """Raises Misconfigured when the served prompt has changed so that the layouts would not say the same."""
    if not text.endswith(f"\n{style}"):
        raise Misconfigured("the served prompt does not end with its category: adapt the layouts of this benchmark")
    return text.removesuffix(f"\n{style}")


@dataclass(frozen=True)
class Arm:
    """One way to send an item's prompts. `prime`: one alone for a single token, then all of them."""

    name: str
    block_size: int = 32
    prime: bool = False
    candidates: int = 1
    layout: Layout = served


ARMS: Final = (
    Arm("block_128", block_size=128),
    Arm("block_32"),
    Arm("block_32_primed", prime=True),
)
LAYOUTS: Final = (
    Arm("served", candidates=2),
    Arm("category_first", candidates=2, layout=category_first),
    Arm("category_in_system", candidates=2, layout=category_in_system),
)


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
        known = facts(task.item, task.caption, self._room(task, knobs), self._engine.count_tokens, self._control_words)
        prompts = {
            plan.category: self._engine.render(
                self.arm.layout(prompt.messages(task, plan, known), f"Style: {plan.instruction}")
            )
            for plan in task.plan
        }
        return [replace(job, prompt=replace(job.prompt, words=prompts[job.plan.category])) for job in jobs]


@app.command(help=__doc__)
def prefix(
    config: Annotated[Path, typer.Option(help="The serve config whose generator is measured.")] = Path(
        "configs/demo.yaml"
    ),
    items: Annotated[int, typer.Option(min=2, max=24, help="Cold items, each sent once in every arm.")] = 10,
) -> None:
    try:
        found, rows = asyncio.run(run(config, items))
    except (Misconfigured, PushGenError) as error:
        _console.print(f"[red]error:[/red] {escape(str(error))}")
        raise typer.Exit(2) from None
    _console.print(table("4 drafts an item", found["arms"]))
    _console.print(table("8 drafts an item", found["layouts"]))
    plot(found, record.RESULTS / "prefix.png")
    record.write("prefix", found, config=config, raw=rows)


async def run(config: Path, items: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The whole report and one row a run. One engine a block size, idle while the other works. Raises Misconfigured."""
    started = time.monotonic()
    settings = _settings(config)
    every = (*ARMS, *LAYOUTS)
    async with AsyncExitStack() as stack:
        stages: dict[int, Generator] = {}
        for size in sorted({arm.block_size for arm in every}):
            _console.print(f"starting an engine with blocks of {size} tokens")
            engine = settings.engine.model_copy(update={"block_size": size})
            stages[size] = Generator(settings.model_copy(update={"engine": engine}))
            stack.push_async_callback(stages[size].stop)
            await stages[size].start(GeneratorKnobs())
            # What all items share is in the cache of a service that has served: the system's words, in every layout.
            for arm in every:
                if arm.block_size == size:
                    await measure(stages[size], arm, task("Warm-up", cold_items(1)[0], arm.candidates))
        runs: dict[str, list[Run]] = {arm.name: [] for arm in every}
        quiet = not _console.is_terminal
        for n, item in enumerate(track(cold_items(items), "measuring", console=_console, disable=quiet)):
            for k in range(len(every)):  # each arm comes first as often as any other
                arm = every[(n + k) % len(every)]
                work = task(FIRST_WORDS[every.index(arm)], item, arm.candidates)
                runs[arm.name].append(await measure(stages[arm.block_size], arm, work))
        revision = stages[ARMS[0].block_size].revision()
    layouts = summary({arm.name: runs[arm.name] for arm in LAYOUTS})
    naive = max((layouts[arm.name] for arm in LAYOUTS[1:]), key=lambda arm: arm["cached_share"])
    found = {
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
    return found, rows


def _settings(config: Path) -> GeneratorSettings:
    try:
        stages = yaml.safe_load(config.read_text(encoding="utf-8"))["applications"][0]["args"]
    except (OSError, yaml.YAMLError, KeyError, TypeError, IndexError):
        raise Misconfigured(f"--config: {str(config)!r} is no serve config of this app") from None
    return parse(GeneratorSettings, stages.get("generator"), "generator")


def task(first_word: str, item: Item, candidates: int = 1) -> GenerationTask:
    """The item with another first word, `candidates` drafts in each of the catalogue's first categories."""
    known = FileCatalogue(kind="file").load().categories[:CATEGORIES]
    return GenerationTask(
        item=begun_with(first_word, item),
        caption="",
        plan=tuple(category.plan(1.0, wanted=False) for category in known),
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


def table(title: str, arms: Mapping[str, Mapping[str, Any]]) -> Table:
    shown = Table(title=title)
    columns = ("arm", "prompt tokens from the cache", "all drafts, median", "time against the first arm")
    for column in columns:
        shown.add_column(column, justify="left" if column == "arm" else "right")
    for name, arm in arms.items():
        shown.add_row(name, f"{arm['cached_share']:.0%}", f"{arm['median_s']:.2f} s", f"{arm['time_ratio']:.2f}")
    return shown


def plot(found: Mapping[str, Any], path: Path) -> None:
    """The shares of both groups of arms."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - only a picture needs it

    path.parent.mkdir(parents=True, exist_ok=True)
    figure = Figure(figsize=(10, 4), layout="constrained")
    titles = ("4 categories x 1", f"4 categories x {found['candidates']}")
    for axes, title, arms in zip(figure.subplots(1, 2), titles, (found["arms"], found["layouts"]), strict=True):
        bars = axes.bar(list(arms), [arm["cached_share"] for arm in arms.values()])
        axes.bar_label(bars, fmt="{:.0%}")
        axes.set(title=title, ylabel="prompt tokens from the cache", ylim=(0, 1))
    figure.savefig(path, dpi=120)
