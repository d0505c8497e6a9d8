"""Parts shared by generators of every kind: refusals, seeds, drafts as they finish, second tries."""

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
    """Raises InvalidInput for what no model needs to be asked about."""
    violations = adapter_violations(task.adapter, adapters)
    if len(task.plan) * task.candidates_per_category > max_drafts:
        limit = f"more than {max_drafts} candidates in one request"
        violations.append(Violation("options.candidates_per_category", limit))
    if violations:
        raise InvalidInput(violations)


def seed_of(seed: int | None, category: str, n: int) -> int | None:
    """The seed of candidate `n` in `category`: the same for the same request, different for every other candidate."""
    if seed is None:
        return None
    digest = hashlib.sha256(f"{seed}\0{category}\0{n}".encode()).digest()
    return int.from_bytes(digest[:4], "big") & 0x7FFFFFFF


async def drafts_until(
    deadline: Deadline, work: Iterable[Coroutine[Any, Any, Draft | PushGenError]]
) -> AsyncGenerator[Draft, None]:
    """Run all of `work` and yield its drafts as they finish; a failure that is returned does not end the others.

    At the deadline the rest is cancelled; that ends the iteration early when some drafts were made, and raises
    DeadlineExceeded when none was. Raises the last failure when every draft failed, and at once what `work` raises.
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
    """One draft, and another in its place where it was cut and there is time. `attempt` takes the tries before it."""
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
    """The cost of two calls, the second made after the first."""
    added = ("queue_ms", "compute_ms", "prompt_tokens", "output_tokens", "cached_tokens")
    return b.model_copy(update={name: getattr(a, name) + getattr(b, name) for name in added})
