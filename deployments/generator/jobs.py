"""What one candidate needs to be written and asked about."""

from __future__ import annotations

from dataclasses import dataclass, replace

from deployments.engines import Prompt, Sampling
from deployments.generator.drafting import seed_of
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
