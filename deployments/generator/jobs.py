"""What one candidate needs to be written and asked about."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from deployments.engines import Prompt, Sampling
from deployments.types import CategoryPlan, GenerationTask, OutputField


@dataclass(frozen=True)
class Job:
    """One candidate to write. known: the facts in its prompt; longest: of each field, in code points."""

    plan: CategoryPlan
    prompt: Prompt
    sampling: Sampling
    request_id: str
    task: GenerationTask
    known: str
    longest: dict[OutputField, int]
    adapter: str
    second_tries: int

    def again(self, tries: int) -> Job:
        """The same after so many tries, with another seed."""
        seed = seed_of(self.sampling.seed, self.plan.category, -tries)
        return replace(self, sampling=replace(self.sampling, seed=seed), request_id=f"{self.request_id}-{tries}")


def seed_of(seed: int | None, category: str, n: int) -> int | None:
    """The seed of candidate `n` in `category`: the same for the same request, different for every other candidate."""
    if seed is None:
        return None
    digest = hashlib.sha256(f"{seed}\0{category}\0{n}".encode()).digest()
    return int.from_bytes(digest[:4], "big") & 0x7FFFFFFF
