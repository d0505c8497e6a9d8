"""Knobs of the ladder, see `flow/ladder.py`."""

from __future__ import annotations

import itertools

from pydantic import Field, model_validator

from deployments.settings import Knobs


class LadderStep(Knobs):
    """The most that a request gets on this step; unset: what it asks for.

    skip_captioner: captions are composed of the metadata.
    """

    max_categories: int | None = Field(default=None, ge=1)
    candidates_per_category: int | None = Field(default=None, ge=1)
    skip_captioner: bool = False

    def takes_more_than(self, before: LadderStep) -> bool:
        """Whether it takes away what the step before does, and more."""
        pairs = (
            (before.max_categories, self.max_categories),
            (before.candidates_per_category, self.candidates_per_category),
        )
        gives = any(old is not None and (new is None or new > old) for old, new in pairs)
        return not gives and self.skip_captioner >= before.skip_captioner and self != before


class LadderKnobs(Knobs):
    """Steps by which requests get cheaper under load, before any is refused; each is a declared degradation.

    One step up when the gate has been full for `up_s`; one down when for `down_s` the load would have filled less than
    `room` of the gate without it. Requests with a seed, and those that allow no degradation, are not lowered.
    """

    steps: tuple[LadderStep, ...] = Field(min_length=1, max_length=8)
    up_s: float = Field(default=1.0, ge=0)
    down_s: float = Field(default=30.0, gt=0)
    room: float = Field(default=0.7, gt=0, lt=1)

    @model_validator(mode="after")
    def _descends(self) -> LadderKnobs:
        for at, (before, step) in enumerate(itertools.pairwise((LadderStep(), *self.steps))):
            if not step.takes_more_than(before):
                raise ValueError(f"steps[{at}] does not take away more than what comes before it")
        return self
