"""Writes drafts in bulk with the generator that serves: its prompt, its grammar, its engine; no Ray."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from contextlib import aclosing
from typing import Final

from deployments.deadline import Call, Deadline
from deployments.generator.generator import VllmGenerator
from deployments.generator.settings import GeneratorKnobs, GeneratorSettings
from deployments.types import Draft, GenerationTask, Priority

_NO_HURRY_S: Final = 24 * 3600.0


def write(
    settings: GeneratorSettings,
    knobs: GeneratorKnobs,
    tasks: Sequence[GenerationTask],
    concurrency: int = 4,
    step: Callable[[], None] = lambda: None,
) -> list[list[Draft]]:
    """The drafts of each task, see `write_each`."""
    return write_each(settings, [knobs], tasks, concurrency, step)[0]


def write_each(
    settings: GeneratorSettings,
    knobs: Sequence[GeneratorKnobs],
    tasks: Sequence[GenerationTask],
    concurrency: int = 4,
    step: Callable[[], None] = lambda: None,
) -> list[list[list[Draft]]]:
    """[knobs][tasks] the drafts, in the order of the task's plan; one engine writes them all and is then stopped.

    `concurrency` tasks are in flight, so that the engine's `max_num_seqs` stay full; `step` is called once a task. A
    task without a seed gets one from its item, so that a run repeats as far as the engine's arithmetic does.
    Raises what the generator raises, the first failure.
    """
    return asyncio.run(_write_each(settings, knobs, tasks, concurrency, step))


async def _write_each(
    settings: GeneratorSettings,
    knobs: Sequence[GeneratorKnobs],
    tasks: Sequence[GenerationTask],
    concurrency: int,
    step: Callable[[], None],
) -> list[list[list[Draft]]]:
    generator = settings.build()
    found = []
    try:
        await generator.start(knobs[0])
        for each in knobs:
            await generator.reconfigure(each)
            found.append(await _all(generator, tasks, concurrency, step))
    finally:
        await generator.stop()
    return found


async def _all(
    generator: VllmGenerator, tasks: Sequence[GenerationTask], concurrency: int, step: Callable[[], None]
) -> list[list[Draft]]:
    room = asyncio.Semaphore(concurrency)

    async def one(number: int, task: GenerationTask) -> list[Draft]:
        async with room:
            call = Call(Deadline.after(_NO_HURRY_S), Priority.BACKFILL, f"task-{number}")
            async with aclosing(generator.generate(_seeded(task), call)) as drafts:
                found = [draft async for draft in drafts]
        step()
        order = [plan.category for plan in task.plan]
        return sorted(found, key=lambda d: (order.index(d.category), d.title, d.body))

    try:
        async with asyncio.TaskGroup() as group:
            running = [group.create_task(one(n, task)) for n, task in enumerate(tasks)]
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return [task.result() for task in running]


def _seeded(task: GenerationTask) -> GenerationTask:
    if task.seed is not None:
        return task
    digest = hashlib.sha256(task.item.model_dump_json().encode()).digest()
    return task.model_copy(update={"seed": int.from_bytes(digest[:4], "big") & 0x7FFFFFFF})
