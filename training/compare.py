"""The comparison of two copies of one item, as the graph decides between candidates: policy, fit, reward."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import Field, ValidationError

from deployments import json_lines
from deployments.deadline import Call, Deadline
from deployments.item_text import facts_of
from deployments.kinds import build_reward
from deployments.reward.settings import RewardSettings
from deployments.settings import Settings, describe
from deployments.types import Candidate, Copy, Item, LengthProfile, ScoreResult, Source
from serve_app.flow.fit import gated
from serve_app.flow.knobs import SelectionKnobs
from serve_app.flow.select import select, with_scores
from serve_app.policy import PolicyContext, PolicySettings, check

_BUDGET_S = 60.0
# Any length: which platform the copies are for is not said.
_ANY_LENGTH = LengthProfile(length_profile="any", max_title=500, max_body=4000)


class Pair(Settings):
    """A line of the input. `caption`: a description of the item's image, if there is one."""

    id: str
    item: Item
    caption: str = ""
    a: Copy
    b: Copy


class Verdict(Settings):
    """A line of the output.

    p_a: probability that `a` is opened more than `b`. fit_a, fit_b: probability that a strict reader would send the
    copy; None where no fit measure supports the item's language. reasons: codes of the findings that reject a copy, by
    letter.
    """

    id: str
    p_a: float = Field(ge=0, le=1)
    fit_a: float | None
    fit_b: float | None
    chosen: str
    reasons: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class BadPairs(ValueError):
    """The file cannot be read; says which line and field."""


def read(path: Path) -> list[Pair]:
    """Raises BadPairs."""
    pairs = []
    for number, line in json_lines.read(path):
        try:
            pairs.append(Pair.model_validate_json(line))
        except ValidationError as error:
            raise BadPairs(f"{path.name}, line {number}: {describe(error)}") from None
    return pairs


class Judge:
    """The served scorer, with its reward and its fit measure, in this process."""

    def __init__(self, model: str) -> None:
        self._scorer = build_reward(RewardSettings(model=model))

    async def __aenter__(self) -> Judge:
        await self._scorer.start_with({}, "knobs")
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._scorer.stop()

    async def verdict(self, pair: Pair, knobs: SelectionKnobs) -> Verdict:
        call = Call(Deadline.after(_BUDGET_S), request_id=pair.id)
        result = await self._scorer.score(facts_of(pair.item, pair.caption), (pair.a, pair.b), call)
        return decide(pair, result, knobs)


def decide(pair: Pair, result: ScoreResult, knobs: SelectionKnobs) -> Verdict:
    """The decision of the flow between the two, as if the generator had written both."""
    candidates = gated(list(_candidates(pair, result)), knobs.fit)
    chosen = select(with_scores(candidates, knobs), margin=0.0)
    a, b = result.rewards
    fits = result.fits or (None, None)
    return Verdict(
        id=pair.id,
        p_a=round(result.calibration.win_probability(a, b), 4),
        fit_a=_rounded(fits[0]),
        fit_b=_rounded(fits[1]),
        chosen=chosen.notification.candidate_id if chosen.notification else "neither",
        reasons={c.id: tuple(f.rule for f in c.findings) for c in candidates if c.rejected},
    )


def _candidates(pair: Pair, result: ScoreResult) -> Iterator[Candidate]:
    context = PolicyContext.of(item=pair.item, caption=pair.caption, profile=_ANY_LENGTH)
    fits: Sequence[float | None] = result.fits or (None, None)
    for name, copy, reward, fit in zip("ab", (pair.a, pair.b), result.rewards, fits, strict=True):
        findings = check(copy, context, PolicySettings())
        rejected = any(f.severity.rejects for f in findings)
        yield Candidate(
            id=name, title=copy.title, body=copy.body, source=Source.GENERATED, reward=reward, fit=fit,
            findings=findings, rejected=rejected,
        )  # fmt: skip


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
