"""Scores the copies of one request while more of them are being written."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from types import TracebackType

from deployments.errors import PushGenError
from deployments.types import Candidate, Copy, Reward, ScoreResult, StageRevision, WinCalibration
from serve_app.fit import gated
from serve_app.knobs import SelectionKnobs
from serve_app.select import ahead, with_scores, with_win_probabilities


@dataclass
class _Entry:
    candidate: Candidate
    reward: Reward | None = None
    fit: float | None = None

    def standing(self) -> Candidate:
        """With its reward; with the scorer's fit, unless the writing model has said its own."""
        fit = self.candidate.fit if self.candidate.fit is not None else self.fit
        return self.candidate.model_copy(update={"reward": self.reward, "fit": fit})


class Scoring:
    """The copies of one request and their rewards. An async context manager: no call outlives it.

    One call at a time: what is added while one is under way goes together in the next. `finish` asks for the rest
    beside the call under way, so that only the last copies are waited for. After a call that failed there are no more
    before `finish`, which asks for its copies too: a scorer in trouble is not asked again for every new copy.

    ask: scores copies, in the order given. existing: incumbents and templates, asked for at once, in one call. margin:
    see `select`. `ahead` is set as soon as the knobs' `early_stop` says that no more copies need be written.
    """

    def __init__(
        self,
        ask: Callable[[Sequence[Copy]], Awaitable[ScoreResult]],
        existing: Sequence[Candidate],
        knobs: SelectionKnobs,
        margin: float,
    ) -> None:
        self._ask = ask
        self._existing = [_Entry(c) for c in existing]
        self._written: list[_Entry] = []
        self._waiting = [e for e in self._existing if not e.candidate.rejected]
        self._knobs = knobs
        self._margin = margin
        self._calibration = WinCalibration()
        self._revision: StageRevision | None = None
        self._early: asyncio.Task[None] | None = None
        self._only_at_the_end = False
        self.ahead = asyncio.Event()

    async def __aenter__(self) -> Scoring:
        self._begin(1)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._early is not None and not self._early.done():
            self._early.cancel()
            await asyncio.gather(self._early, return_exceptions=True)

    def add(self, candidate: Candidate) -> None:
        """Take a copy that was written; a rejected one is not scored. Raises what broke an earlier call, if it is no
        failure of the scorer's."""
        entry = _Entry(candidate)
        self._written.append(entry)
        if not candidate.rejected:
            self._waiting.append(entry)
        if self._early is None or self._early.done():
            if self._early is not None:
                self._early.result()
            self._begin(self._knobs.min_scoring_batch)

    async def finish(self) -> None:
        """Ask for all that has no reward yet. Raises PushGenError when the scorer does not answer; the rewards so far
        stay."""
        self._only_at_the_end = True
        failed = await self._ask_for_the_waiting()
        if self._early is not None:
            await self._early
        while self._waiting and failed is None:  # an early call failed, or another model has answered
            failed = await self._ask_for_the_waiting()
        if failed is not None:
            raise failed

    def standing(self) -> list[Candidate]:
        """Every copy with its reward, and with the score and the win probability that follow from the rewards so far:
        the written ones as they came, then the existing ones."""
        known = gated([e.standing() for e in (*self._written, *self._existing)], self._knobs.fit)
        return with_win_probabilities(with_scores(known, self._knobs), self._calibration)

    def _begin(self, least: int) -> None:
        if len(self._waiting) >= least and not self._only_at_the_end:
            self._early = asyncio.create_task(self._ask_early())

    async def _ask_early(self) -> None:
        while not self._only_at_the_end:
            failed = await self._ask_for_the_waiting()
            self._only_at_the_end |= failed is not None or self.ahead.is_set()
            if len(self._waiting) < self._knobs.min_scoring_batch:
                return

    async def _ask_for_the_waiting(self) -> PushGenError | None:
        """One call for all that wait now; returns its failure."""
        entries, self._waiting = self._waiting, []
        if not entries:
            return None
        try:
            result = await self._ask([e.candidate.copy_text for e in entries])
        except PushGenError as error:
            self._waiting[:0] = entries
            return error
        if self._revision not in (None, result.revision):
            self._start_over(entries)
            return None
        self._revision, self._calibration = result.revision, result.calibration
        fits = result.fits or (None,) * len(entries)
        for entry, reward, fit in zip(entries, result.rewards, fits, strict=True):
            entry.reward, entry.fit = reward, fit
        rule = self._knobs.early_stop
        if rule is not None and ahead(self.standing(), self._calibration, self._margin, rule):
            self.ahead.set()
        return None

    def _start_over(self, entries: list[_Entry]) -> None:
        """The model was changed between two calls: rewards of two models do not compare, so all are asked for again."""
        known = [e for e in (*self._written, *self._existing) if e.reward is not None]
        for entry in known:
            entry.reward = None
        self._waiting[:0] = [*known, *entries]
        self._revision = None
