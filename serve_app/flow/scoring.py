"""Scoring of the copies of one request, while more of them are generated."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from types import TracebackType

from deployments.errors import PushGenError
from deployments.types import Candidate, Copy, OutputField, Reward, ScoreResult, StageRevision, WinCalibration
from serve_app.flow.canonical import by_number
from serve_app.flow.fit import gated
from serve_app.flow.knobs import SelectionKnobs
from serve_app.flow.select import is_decided, rank, with_scores, with_win_probabilities


@dataclass
class _Entry:
    candidate: Candidate
    reward: Reward | None = None
    fit: float | None = None

    def scored(self) -> Candidate:
        """Return the candidate with its reward and fit. The generator's own fit comes before the scorer's."""
        fit = self.candidate.fit if self.candidate.fit is not None else self.fit
        return self.candidate.model_copy(update={"reward": self.reward, "fit": fit})


def compared(candidates: Sequence[Candidate], result: ScoreResult, knobs: SelectionKnobs) -> tuple[Candidate, ...]:
    """Rank copies that were all scored in one call; as they come, unscored, where their rewards do not compare."""
    if not result.calibration.compares:
        return tuple(candidates)
    rewarded = [c.model_copy(update={"reward": r}) for c, r in zip(candidates, result.rewards, strict=True)]
    return rank(with_win_probabilities(with_scores(rewarded, knobs), result.calibration))


def shown(copy: Copy, fields: Sequence[OutputField]) -> Copy:
    """Return the part of a copy that stands in these fields; all of it where nothing does.

    So that a title is compared with titles.
    """
    part = Copy(
        title=copy.title if OutputField.TITLE in fields else "", body=copy.body if OutputField.BODY in fields else ""
    )
    return part if f"{part.title}{part.body}".strip() else copy


class Scoring:
    """The copies of one request and their rewards. An async context manager: it cancels its calls on exit.

    While copies are added, one call is in flight at a time, and copies that arrive meanwhile go into the next call.
    `finish` scores the remaining copies without waiting for the call in flight. After a failed call only `finish` calls
    again, for those copies too, so that a failing scorer is not called once per copy. The same holds after a change of
    the model: where replicas serve two models, each call could start over.

    ask: scores copies, in their order. existing: incumbents and templates, scored at once in one call. margin: see
    `select`. repeatable: scores all copies in one call at the end, and never stops early, so that the numbers do not
    depend on timing: the last bits of a reward depend on its batch. decided_early: set when the knobs' `early_stop`
    says that no further copy is needed.
    """

    def __init__(
        self,
        ask: Callable[[Sequence[Copy]], Awaitable[ScoreResult]],
        existing: Sequence[Candidate],
        knobs: SelectionKnobs,
        margin: float,
        *,
        repeatable: bool = False,
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
        self._only_at_the_end = repeatable
        self._early_stop = None if repeatable else knobs.early_stop
        self.decided_early = asyncio.Event()

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
        """Add a generated copy; a rejected one is not scored.

        Raises an exception of an earlier call that is not a PushGenError.
        """
        entry = _Entry(candidate)
        self._written.append(entry)
        if not candidate.rejected:
            self._waiting.append(entry)
        if self._early is None or self._early.done():
            if self._early is not None:
                self._early.result()
            self._begin(self._knobs.min_scoring_batch)

    async def finish(self) -> None:
        """Score every copy that has no reward yet.

        Raises PushGenError when the scorer does not answer; rewards received before stay.
        """
        self._only_at_the_end = True
        failed = await self._ask_for_the_waiting()
        if self._early is not None:
            await self._early
        while self._waiting and failed is None:  # an early call failed, or the model changed
            failed = await self._ask_for_the_waiting()
        if failed is not None:
            raise failed

    @property
    def compares(self) -> bool:
        """Whether the rewards compare copies: not in a language that the reward model does not know."""
        return self._calibration.compares

    def candidates(self, distinct: Callable[[list[Candidate]], list[Candidate]] = list) -> list[Candidate]:
        """Return every copy. Those that have a reward by now have a score and a win probability too.

        Generated copies come first, by number, then the existing ones. Where rewards do not compare, none has a reward.

        distinct: rejects those that are too much like another, of the fit ones.
        """
        in_order = sorted(self._written, key=lambda e: by_number(e.candidate))
        copies = distinct(gated([e.scored() for e in (*in_order, *self._existing)], self._knobs.fit))
        if not self.compares:
            return [c.model_copy(update={"reward": None}) for c in copies]
        return with_win_probabilities(with_scores(copies, self._knobs), self._calibration)

    def _begin(self, least: int) -> None:
        if len(self._waiting) >= least and not self._only_at_the_end:
            self._early = asyncio.create_task(self._ask_early())

    async def _ask_early(self) -> None:
        while not self._only_at_the_end:
            failed = await self._ask_for_the_waiting()
            self._only_at_the_end |= failed is not None or self.decided_early.is_set()
            if len(self._waiting) < self._knobs.min_scoring_batch:
                return

    async def _ask_for_the_waiting(self) -> PushGenError | None:
        """Score all waiting copies in one call: existing ones, then the written by number. Return its failure."""
        written = {id(e): by_number(e.candidate) for e in self._written}
        entries, self._waiting = sorted(self._waiting, key=lambda e: written.get(id(e), (0, ""))), []
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
        rule = self._early_stop
        if rule is not None and is_decided(self.candidates(), self._calibration, self._margin, rule):
            self.decided_early.set()
        return None

    def _start_over(self, entries: list[_Entry]) -> None:
        """Discard all rewards and score again: the model changed, and rewards of two models do not compare."""
        rewarded = [e for e in (*self._written, *self._existing) if e.reward is not None]
        for entry in rewarded:
            entry.reward = None
        self._waiting[:0] = [*rewarded, *entries]
        self._revision = None
        self._only_at_the_end = True
        self.decided_early.clear()
