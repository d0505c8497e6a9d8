"""From drafts to numbers: each candidate judged, scored and selected as serving does, and shares over all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from deployments.reward.text import render_copy
from deployments.types import Candidate, Draft, GenerationTask, Reward
from serve_app.candidates import from_drafts
from serve_app.knobs import SelectionKnobs
from serve_app.policy import PolicyContext, PolicySettings
from serve_app.policy.text import fold
from serve_app.select import select, with_scores
from training.generator.judge import Verdict, judge
from training.generator.stories import Story

Array = NDArray[np.float64]
Score = Callable[[Sequence[str]], Sequence[Reward]]
"""Rewards of rendered copies."""
_RESAMPLED: Final = 2000


@dataclass(frozen=True)
class Judged:
    """candidate: as serving has it after selection. distinct: no near-duplicate of one before it. tries: see Draft."""

    candidate: Candidate
    verdict: Verdict
    distinct: bool
    selected: bool
    tries: int = 1

    @property
    def usable(self) -> bool:
        """Nothing is wrong with it: one more copy to choose from."""
        found = self.verdict
        return found.valid_json and found.finished and found.grounded and found.followed and self.distinct

    def raw(self) -> dict[str, Any]:
        """Everything known of it, for a file."""
        candidate = self.candidate
        return {
            "category": candidate.category,
            "title": candidate.title,
            "body": candidate.body,
            "selected": self.selected,
            "usable": self.usable,
            **asdict(self.verdict),
            "distinct": self.distinct,
            "reward": candidate.reward.mean if candidate.reward else None,
            "spread": candidate.reward.spread if candidate.reward else None,
            "score": candidate.score,
            "likelihood": candidate.likelihood,
            "tries": self.tries,
            "rejected": candidate.rejected,
            "findings": [finding.code for finding in candidate.findings],
        }


@dataclass(frozen=True)
class Written:
    """What was written for one story. `archive_reward`: mean over the copies that the archive tested for it."""

    story: Story
    candidates: tuple[Judged, ...]
    archive_reward: float

    @property
    def selected(self) -> Judged | None:
        return next((c for c in self.candidates if c.selected), None)


def written(
    stories: Sequence[Story], tasks: Sequence[GenerationTask], drafts: Sequence[Sequence[Draft]], score: Score
) -> list[Written]:
    """Judge and select what was drafted for each story. All copies, the archive's too, are scored in one call."""
    texts = [[render_copy(d.title, d.body) for d in each] for each in drafts]
    every = sorted({text for story in stories for text in story.arms} | {t for each in texts for t in each if t})
    known = dict(zip(every, score(every), strict=True))
    return [
        Written(
            story=story,
            candidates=_selected(each, task, [known.get(text) for text in rendered]),
            archive_reward=float(np.mean([known[text].mean for text in story.arms])),
        )
        for story, task, each, rendered in zip(stories, tasks, drafts, texts, strict=True)
    ]


def _selected(
    drafts: Sequence[Draft], task: GenerationTask, rewards: Sequence[Reward | None]
) -> tuple[Judged, ...]:  # fmt: skip
    """As `serve_app.pipeline` checks and selects, but that a rejected candidate keeps its reward, which is measured."""
    context = PolicyContext(
        item=task.item, caption=task.caption, profile=task.profile, output_fields=task.output_fields
    )  # fmt: skip
    candidates = from_drafts(drafts, (), context, PolicySettings())
    pairs = list(zip(candidates, rewards, strict=True))
    running = [c.model_copy(update={"reward": reward}) for c, reward in pairs if not c.rejected]
    scored = {c.id: c for c in with_scores(running, SelectionKnobs())}
    chosen = select(list(scored.values()), SelectionKnobs().margin).notification
    full = [scored.get(c.id) or c.model_copy(update={"reward": reward}) for c, reward in pairs]
    return tuple(
        Judged(
            candidate=candidate,
            verdict=judge(draft, task),
            distinct=distinct,
            selected=chosen is not None and chosen.candidate_id == candidate.id,
            tries=draft.tries,
        )
        for candidate, draft, distinct in zip(full, drafts, _distinct(drafts), strict=True)
    )


def _distinct(drafts: Iterable[Draft]) -> list[bool]:
    """Whether each is unlike those before it, as the policy holds a copy against those sent lately."""
    limit = PolicySettings().duplicate.recent_similarity
    seen: list[str] = []
    found = []
    for draft in drafts:
        text = fold(f"{draft.title} {draft.body}")
        found.append(not any(fuzz.token_sort_ratio(text, other) >= limit for other in seen))
        seen.append(text)
    return found


# What is averaged over candidates; None: this one does not count.
_MEASURES: Final[dict[str, Callable[[Judged], float | None]]] = {
    "valid_json": lambda c: c.verdict.valid_json,
    "finished": lambda c: c.verdict.finished,
    "valid_and_finished": lambda c: c.verdict.valid_json and c.verdict.finished,
    "finished_at_first": lambda c: c.verdict.valid_json and c.verdict.finished and c.tries == 1,
    "grounded": lambda c: c.verdict.grounded,
    "category_followed": lambda c: c.verdict.followed if c.candidate.category else None,
    "distinct": lambda c: c.distinct,
    "usable": lambda c: c.usable,
    "passes_policy": lambda c: not c.candidate.rejected,
    "support": lambda c: c.verdict.support,
    "mean_reward": lambda c: c.candidate.reward.mean if c.candidate.reward else None,
}


def summary(found: Sequence[Written], seed: int = 0) -> dict[str, Any]:
    """Shares and means over candidates, those of `selected` over items; `intervals`: 95%, bootstrapped over items."""
    # By measure: [items] its sum, and over how many.
    sums: dict[str, tuple[Array, Array]] = {name: _by_item(found, value) for name, value in _MEASURES.items()}
    ones = np.ones(len(found))
    rewards = [_reward(each) for each in found]
    above = [reward is not None and reward > each.archive_reward for reward, each in zip(rewards, found, strict=True)]
    sums["selected"] = (np.array([reward is not None for reward in rewards], np.float64), ones)
    sums["selected_reward"] = (np.array([reward or 0.0 for reward in rewards]), sums["selected"][0])
    sums["selected_above_archive"] = (np.array(above, np.float64), ones)
    sums["archive_reward"] = (np.array([each.archive_reward for each in found]), ones)
    return {
        **{name: _ratio(*pair) for name, pair in sums.items()},
        "category_followed_by": _followed_by(found),
        "candidates": sum(len(each.candidates) for each in found),
        "intervals": {name: _interval(*pair, seed) for name, pair in sums.items()},
    }


def _reward(found: Written) -> float | None:
    """Of the copy that would be sent."""
    reward = found.selected.candidate.reward if found.selected else None
    return reward.mean if reward else None


def _by_item(found: Sequence[Written], value: Callable[[Judged], float | None]) -> tuple[Array, Array]:
    values = [[x for c in each.candidates if (x := value(c)) is not None] for each in found]
    return np.array([sum(each) for each in values], np.float64), np.array([len(each) for each in values], np.float64)


def _followed_by(found: Sequence[Written]) -> dict[str, dict[str, float]]:
    every = [c for each in found for c in each.candidates if c.candidate.category]
    names = sorted({c.candidate.category for c in every})
    by = {name: [c.verdict.followed for c in every if c.candidate.category == name] for name in names}
    return {name: {"share": round(sum(x) / len(x), 4), "count": len(x)} for name, x in by.items()}


def _ratio(total: Array, count: Array) -> float | None:
    return round(float(total.sum() / count.sum()), 4) if count.sum() else None


def _interval(total: Array, count: Array, seed: int) -> list[float] | None:
    """Percentile bootstrap over items; None where nothing was counted."""
    if not count.sum():
        return None
    rows = np.random.default_rng(seed).integers(0, len(total), (_RESAMPLED, len(total)))
    sums, counts = total[rows].sum(1), count[rows].sum(1)
    ratios = sums[counts > 0] / counts[counts > 0]
    low, high = np.quantile(ratios, (0.025, 0.975))
    return [round(float(low), 4), round(float(high), 4)]
