"""The repair round: when policy has rejected every candidate, the generator writes once more and is told why."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from deployments.deadline import Call
from deployments.errors import Overloaded
from deployments.stages import Generator
from deployments.types import Candidate, Degradation, Draft, GenerationTask, Stage, Usage
from serve_app.flow.constraints import constraints_of
from serve_app.flow.ledger import SURVIVABLE, Ledger


def task_again(
    task: GenerationTask, written: Sequence[Candidate], first_s: float, call: Call, ledger: Ledger
) -> GenerationTask | None:
    """Return the task of the repair round: one candidate a category. None where there is to be none.

    It needs candidates that were all rejected for what other words can mend, a first round that was neither cut nor
    broken, and as much time as that took, `first_s`. call: ends before scoring.
    """
    if not written or not all(candidate.rejected for candidate in written):
        return None
    if Degradation.FEWER_CANDIDATES in ledger.degradations or call.deadline.remaining_s() <= first_s:
        return None
    constraints = constraints_of(written, task.profile, task.item.language)
    if not constraints:
        return None
    return task.model_copy(update={"constraints": constraints, "candidates_per_category": 1})


async def write_again(
    generator: Generator, task: GenerationTask, call: Call, ledger: Ledger
) -> AsyncGenerator[Draft, None]:
    """Yield the drafts of the repair round. A failure ends it and is no degradation: the first round was whole."""
    spent = Ledger()
    try:
        async with aclosing(aiter(generator.generate(task, call))) as drafts:  # type: ignore[type-var]
            while True:
                with ledger.stage(Stage.GENERATE):
                    draft = await anext(drafts, None)
                if draft is None:
                    break
                spent.used(Stage.GENERATE, draft.usage)
                yield draft
    except (*SURVIVABLE, Overloaded):
        return
    finally:
        timing = spent.timing(Stage.GENERATE)
        ledger.used(Stage.GENERATE, Usage(**timing.model_dump(include=set(Usage.model_fields))), in_turn=True)
