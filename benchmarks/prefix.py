"""Measure what the drafts of a cold item share in the prefix cache: by block size, and with one prompt sent first."""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer
import yaml
from rich.console import Console
from rich.markup import escape
from rich.progress import track
from rich.table import Table

from deployments.deadline import Call, Deadline
from deployments.engines import Sampling
from deployments.errors import Misconfigured, PushGenError
from deployments.generator.generator import VllmGenerator
from deployments.generator.settings import GeneratorKnobs, GeneratorSettings
from deployments.router.catalogue import FileCatalogue
from deployments.settings import parse
from deployments.types import Draft, GenerationTask, Item
from serve_app.profiles import load_profiles

CATEGORIES: Final = 4
_TIMEOUT_S: Final = 120.0
_PLACES: Final = (("Bergen", "Ingrid Solheim"), ("Porto", "Tiago Moreira"), ("Leeds", "Amara Okafor"))
_STORIES: Final = (
    (
        "The bakery in {place} that opens at four in the morning",
        "{who} bakes 300 loaves before the first tram leaves. On Saturdays the queue reaches the bridge, and by eight "
        "everything is gone except the rye.",
        ("food", "local", "breakfast"),
    ),
    (
        "A heron has moved into the fountain of {place}'s town hall",
        "It arrived in March and catches a goldfish a day. {who} from the parks office has put up a sign that asks "
        "visitors to keep their dogs away.",
        ("birds", "city", "nature"),
    ),
    (
        "How {place} cut the noise of its night buses in half",
        "New tyres, slower turns and one sharp bend taken off the route: the engineer {who} explains the three changes "
        "and what each of them cost.",
        ("transport", "engineering"),
    ),
    (
        "Six small walks around {place} that need no car",
        "All of them start at a station and end at a café. The longest takes three hours; {who} marks where the path "
        "gets muddy after rain.",
        ("hiking", "weekend", "trains"),
    ),
    (
        "The last typewriter repairer of {place} is looking for an apprentice",
        "{who} has 40 machines waiting and no one to take over. Whoever starts now learns the trade on a portable from "
        "1962.",
        ("craft", "jobs"),
    ),
    (
        "A school in {place} grows its own lunch",
        "Beans, kale and far too many courgettes: {who} and a class of eleven-year-olds cook what the old car park "
        "yields, twice a week.",
        ("school", "garden", "food"),
    ),
    (
        "Chess players in {place} meet under the railway arch again",
        "The tables were taken away in winter and are back. {who} gives free lessons on Thursdays, and loses on "
        "purpose about once a month.",
        ("chess", "community"),
    ),
    (
        "What the storm left on the beach of {place}",
        "Thousands of razor shells, a wooden door and a message in a bottle that {who} could date to 1987 by the brand "
        "of lemonade.",
        ("sea", "weather", "history"),
    ),
)
# The word that a title begins with is another one in each arm, so that an item is new to an engine that two arms use.
_FIRST_WORDS: Final = ("New", "Today", "Local")

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
_console = Console(stderr=True, highlight=False)


@dataclass(frozen=True)
class Arm:
    """One way to send an item's prompts. `prime`: one alone for a single token, then all of them."""

    name: str
    block_size: int
    prime: bool


ARMS: Final = (
    Arm("block_128", 128, prime=False),
    Arm("block_32", 32, prime=False),
    Arm("block_32_primed", 32, prime=True),
)


@dataclass(frozen=True)
class Run:
    """One item in one arm. `seconds`: until the last draft; `first_s`: until the first."""

    seconds: float
    first_s: float
    prompt_tokens: int
    cached_tokens: int


class Generator(VllmGenerator):
    """The generator as it is served, which can prime an item's prefix before it sends the rest."""

    prime = False

    async def generate(self, task: GenerationTask, call: Call) -> AsyncGenerator[Draft, None]:
        if self.prime:
            job, *_ = await asyncio.to_thread(self._jobs, task, call, self._knobs)
            await self._engine.sample(job.prompt, Sampling(max_tokens=1), request_id=f"{call.request_id}-prime")
        async for draft in super().generate(task, call):
            yield draft


@app.command(help=__doc__)
def prefix(
    config: Annotated[Path, typer.Option(help="The serve config whose generator is measured.")] = Path(
        "configs/demo.yaml"
    ),
    items: Annotated[int, typer.Option(min=2, max=24, help="Cold items, each sent once in every arm.")] = 15,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on the last line.")] = False,
) -> None:
    try:
        found = asyncio.run(run(config, items))
    except (Misconfigured, PushGenError) as error:
        _console.print(f"[red]error:[/red] {escape(str(error))}")
        raise typer.Exit(2) from None
    _console.print(table(found))
    if as_json:
        sys.stdout.write(json.dumps(found) + "\n")


async def run(config: Path, items: int) -> dict[str, Any]:
    """The whole report. One engine a block size, idle while the other works. Raises Misconfigured."""
    started = time.monotonic()
    settings = _settings(config)
    async with AsyncExitStack() as stack:
        stages: dict[int, Generator] = {}
        for size in sorted({arm.block_size for arm in ARMS}):
            _console.print(f"starting an engine with blocks of {size} tokens")
            engine = settings.engine.model_copy(update={"block_size": size})
            stages[size] = Generator(settings.model_copy(update={"engine": engine}))
            stack.push_async_callback(stages[size].stop)
            await stages[size].start(GeneratorKnobs())
            # What all items share is in the cache of a service that has served: the system's words.
            await measure(stages[size], ARMS[0], task("Warm-up", cold_items(1)[0]))
        runs: dict[str, list[Run]] = {arm.name: [] for arm in ARMS}
        quiet = not _console.is_terminal
        for n, item in enumerate(track(cold_items(items), "measuring", console=_console, disable=quiet)):
            for k in range(len(ARMS)):  # each arm is first in a third of the items
                arm = ARMS[(n + k) % len(ARMS)]
                work = task(_FIRST_WORDS[ARMS.index(arm)], item)
                runs[arm.name].append(await measure(stages[arm.block_size], arm, work))
        revision = stages[ARMS[0].block_size].revision()
    return {
        "model": revision.model,
        "model_revision": revision.model_revision,
        "prompt_revision": revision.prompt_revision,
        "items": items,
        "categories": CATEGORIES,
        "prompt_tokens": statistics.median(r.prompt_tokens / CATEGORIES for r in runs[ARMS[0].name]),
        "arms": summary(runs),
        "cpus": os.cpu_count(),
        "load_average": round(os.getloadavg()[0], 1),
        "seconds": round(time.monotonic() - started, 1),
    }


def _settings(config: Path) -> GeneratorSettings:
    try:
        stages = yaml.safe_load(config.read_text(encoding="utf-8"))["applications"][0]["args"]
    except (OSError, yaml.YAMLError, KeyError, TypeError, IndexError):
        raise Misconfigured(f"--config: {str(config)!r} is no serve config of this app") from None
    return parse(GeneratorSettings, stages.get("generator"), "generator")


def cold_items(count: int) -> list[Item]:
    """Made-up items, always the same; no two begin alike for longer than a template's first words."""
    every = [(story, place) for place in _PLACES for story in _STORIES]
    return [
        Item(
            id=f"cold-{n}",
            locale="en-US",
            title=title.format(place=place),
            description=description.format(who=who),
            tags=tags,
            creator=who,
            metadata={"place": place},
        )
        for n, ((title, description, tags), (place, who)) in enumerate(every[:count])
    ]


def task(first_word: str, item: Item) -> GenerationTask:
    """The item with another first word, one draft in each of the catalogue's first categories."""
    known = FileCatalogue(kind="file").load().categories[:CATEGORIES]
    return GenerationTask(
        item=item.model_copy(update={"title": f"{first_word}: {item.title}"}),
        caption="",
        plan=tuple(category.plan(1.0, wanted=False) for category in known),
        candidates_per_category=1,
        profile=load_profiles("configs/profiles.yaml")["default"],
        seed=0,
    )


async def measure(stage: Generator, arm: Arm, work: GenerationTask) -> Run:
    stage.prime = arm.prime
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


def table(found: dict[str, Any]) -> Table:
    shown = Table(title=f"{found['items']} cold items, {found['categories']} drafts each, {found['model']}")
    columns = ("arm", "prompt tokens from the cache", "all drafts, median", "time against the first arm")
    for column in columns:
        shown.add_column(column, justify="left" if column == "arm" else "right")
    for name, arm in found["arms"].items():
        shown.add_row(name, f"{arm['cached_share']:.0%}", f"{arm['median_s']:.2f} s", f"{arm['time_ratio']:.2f}")
    return shown


if __name__ == "__main__":
    app()
