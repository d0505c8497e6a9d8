"""A scorer that answers when it is let go, and copies for it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from deployments.types import Candidate, Copy, Reward, ScoreResult, Source, Stage, StageRevision, WinCalibration
from serve_app.flow.knobs import SelectionKnobs
from serve_app.flow.scoring import Scoring

REWARDS = {"a": 0.1, "b": 0.9, "c": 0.4, "d": -0.3, "old": 0.2}


class Scorer:
    """Rewards by title. A call waits for `go`; `fails` and `revisions` are those of the first calls."""

    def __init__(
        self, fails: Sequence[Exception | None] = (), revisions: str = "", calibration: WinCalibration | None = None
    ) -> None:
        self.calibration = calibration or WinCalibration(slope=4.0)
        self.go = asyncio.Event()
        self.calls: list[str] = []
        self.in_flight = 0
        self._fails = list(fails)
        self._revisions = list(revisions)

    async def __call__(self, copies: Sequence[Copy]) -> ScoreResult:
        self.calls.append(" ".join(c.title for c in copies))
        error = self._fails.pop(0) if self._fails else None
        revision = self._revisions.pop(0) if self._revisions else "z"
        self.in_flight += 1
        try:
            await self.go.wait()
        finally:
            self.in_flight -= 1
        if error is not None:
            raise error
        return ScoreResult(
            rewards=tuple(Reward(mean=REWARDS[c.title], spread=0.1) for c in copies),
            calibration=self.calibration,
            revision=StageRevision(stage=Stage.SCORE, kind="scripted", model_revision=revision),
        )


def written(title: str, *, rejected: bool = False, likelihood: float = -1.0) -> Candidate:
    return Candidate(id=title, title=title, source=Source.GENERATED, rejected=rejected, likelihood=likelihood, fit=1.0)


OLD = Candidate(id="old", title="old", source=Source.INCUMBENT)


def scoring(scorer: Scorer, *existing: Candidate, margin: float = 0.0, **knobs: object) -> Scoring:
    return Scoring(scorer, existing, SelectionKnobs.model_validate({"min_scoring_batch": 1} | knobs), margin)


async def turn() -> None:
    """Let every task run until it waits."""
    for _ in range(5):
        await asyncio.sleep(0)
