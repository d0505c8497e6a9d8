"""Parts shared by all kinds of generators: refusals, seeds, the stream of drafts, second tries."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Coroutine, Iterable
from typing import Any

from deployments.deadline import Deadline
from deployments.engines.merge import as_they_finish
from deployments.errors import DeadlineExceeded, InvalidInput, PushGenError, Violation
from deployments.generator.choice import adapter_violations
from deployments.types import Draft, GenerationTask, Usage


def refuse_impossible(task: GenerationTask, adapters: Collection[str], max_drafts: int) -> None:
    """Raise InvalidInput for an unknown adapter or too many drafts, before any call of the model."""
    violations = adapter_violations(task.adapter, adapters)
    if len(task.plan) * task.candidates_per_category > max_drafts:
        limit = f"more than {max_drafts} candidates in one request"
        violations.append(Violation("options.candidates_per_category", limit))
    if violations:
        raise InvalidInput(violations)


def seed_of(seed: int | None, category: str, n: int) -> int | None:
    """Derive the seed of candidate `n` in `category`, the same for equal requests; None without a seed."""
    if seed is None:
        return None
    digest = hashlib.sha256(f"{seed}\0{category}\0{n}".encode()).digest()
    return int.from_bytes(digest[:4], "big") & 0x7FFFFFFF


async def drafts_until(
    deadline: Deadline, work: Iterable[Coroutine[Any, Any, Draft | PushGenError]]
) -> AsyncGenerator[Draft, None]:
    """Run all of `work` and yield its drafts as they finish. A returned failure does not end the others.

    At the deadline unfinished work is cancelled: the iteration ends if it had drafts, else it raises DeadlineExceeded.
    Raises the last failure when every draft failed, and an exception of `work` at once.
    """
    drafts = as_they_finish(work)
    made, failure = 0, None
    try:
        while True:
            try:
                async with deadline.limit("generating"):
                    draft = await anext(drafts, None)
            except DeadlineExceeded:
                if made:
                    return
                raise
            if draft is None:
                break
            if isinstance(draft, PushGenError):
                failure = draft
                continue
            made += 1
            yield draft
    finally:
        await drafts.aclose()
    if failure is not None and not made:
        raise failure


async def with_second_tries(
    attempt: Callable[[int], Awaitable[Draft | PushGenError]], second_tries: int, deadline: Deadline
) -> Draft | PushGenError:
    """Write one draft, again while it is cut and there is time. `attempt` takes the number of earlier tries."""
    draft = await attempt(0)
    for tries in range(1, second_tries + 1):
        if isinstance(draft, PushGenError) or draft.finished or deadline.expired:
            break
        again = await attempt(tries)
        if isinstance(again, PushGenError):
            break
        draft = again.model_copy(update={"tries": tries + 1, "usage": one_after_the_other(draft.usage, again.usage)})
    return draft


def one_after_the_other(a: Usage, b: Usage) -> Usage:
    """Add the cost of two sequential calls."""
    added = ("queue_ms", "compute_ms", "prompt_tokens", "output_tokens", "cached_tokens")
    return b.model_copy(update={name: getattr(a, name) + getattr(b, name) for name in added})
