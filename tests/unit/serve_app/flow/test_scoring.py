"""Copies that are scored while others are written, by a scorer that answers when it is let go."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from deployments.errors import Overloaded, PushGenError
from deployments.types import Copy, ScoreResult
from serve_app.flow.knobs import EarlyStop
from tests.unit.serve_app.flow.scorer import OLD, Scorer, scoring, turn, written


async def test_what_gathers_while_a_call_is_under_way_goes_together_in_the_next() -> None:
    scorer = Scorer()
    async with scoring(scorer, OLD) as copies:
        await turn()
        assert scorer.calls == ["old"], "what exists is asked for at once"
        for title in "abc":
            copies.add(written(title))
            await turn()
        assert scorer.calls == ["old"]
        scorer.go.set()
        await turn()
        assert scorer.calls == ["old", "a b c"]
        copies.add(written("d"))
        await copies.finish()
        assert scorer.calls == ["old", "a b c", "d"]


async def test_the_last_copies_do_not_wait_for_the_call_under_way() -> None:
    scorer = Scorer()
    async with scoring(scorer) as copies:
        copies.add(written("a"))
        await turn()
        copies.add(written("b"))
        end = asyncio.create_task(copies.finish())
        await turn()
        assert (scorer.calls, scorer.in_flight) == (["a", "b"], 2)
        scorer.go.set()
        await end
    assert all(c.reward for c in copies.candidates())


@pytest.mark.parametrize("split", [["a b c d"], ["a", "b c d"], ["a", "b", "c", "d"]])
async def test_how_the_calls_were_split_changes_no_number(split: list[str]) -> None:
    scorer = Scorer()
    scorer.go.set()
    async with scoring(scorer, OLD, likelihood_weight=0.1) as copies:
        await turn()
        for titles in split:
            for title in titles.split():
                copies.add(written(title, likelihood=-1.0 - ord(title)))
            await turn()
        await copies.finish()
    assert scorer.calls == ["old", *split]
    numbers = {c.id: (c.score, c.win_probability) for c in copies.candidates()}
    centre = -1.0 - (ord("b") + ord("c")) / 2
    assert numbers["a"][0] == pytest.approx(0.1 - 0.05 + 0.1 * (-1.0 - ord("a") - centre))
    assert numbers["b"][1] == pytest.approx(1 / (1 + 2.718281828 ** (-4 * 0.7)))
    assert numbers["old"] == (pytest.approx(0.2), None)  # no caution is taken off what exists


async def test_calls_wait_for_as_many_copies_as_the_setting_says_and_the_last_for_none() -> None:
    scorer = Scorer()
    scorer.go.set()
    async with scoring(scorer, OLD, min_scoring_batch=2) as copies:
        await turn()
        for title in "abc":
            copies.add(written(title))
            await turn()
        assert scorer.calls == ["old", "a b"]
        await copies.finish()
    assert scorer.calls == ["old", "a b", "c"]


async def test_rejected_copies_are_kept_and_never_asked_for() -> None:
    scorer = Scorer()
    scorer.go.set()
    async with scoring(scorer, OLD.model_copy(update={"rejected": True})) as copies:
        copies.add(written("a", rejected=True))
        await copies.finish()
    assert scorer.calls == []
    assert [(c.id, c.reward) for c in copies.candidates()] == [("a", None), ("old", None)]


async def test_an_early_failure_is_made_good_at_the_end_and_not_before() -> None:
    scorer = Scorer(fails=[Overloaded("full")])
    scorer.go.set()
    async with scoring(scorer, OLD) as copies:
        await turn()
        for title in "ab":
            copies.add(written(title))
            await turn()
        assert scorer.calls == ["old"], "a scorer without room is left alone"
        await copies.finish()
    assert scorer.calls == ["old", "old a b"]
    assert all(c.reward for c in copies.candidates())


async def test_a_failure_under_way_at_the_end_is_asked_for_once_more() -> None:
    scorer = Scorer(fails=[Overloaded("full")])
    async with scoring(scorer, OLD) as copies:
        await turn()
        copies.add(written("a"))
        end = asyncio.create_task(copies.finish())
        await turn()
        scorer.go.set()
        await end
    assert scorer.calls == ["old", "a", "old"]
    assert all(c.reward for c in copies.candidates())


async def test_a_failure_at_the_end_is_raised_and_the_rewards_so_far_stay() -> None:
    scorer = Scorer(fails=[None, None, Overloaded("full")])
    scorer.go.set()
    async with scoring(scorer, OLD) as copies:
        await turn()
        copies.add(written("a"))
        await turn()
        copies.add(written("b"))
        with pytest.raises(PushGenError, match="full"):
            await copies.finish()
    assert scorer.calls == ["old", "a", "b"]
    assert [(c.id, c.reward is not None) for c in copies.candidates()] == [("a", True), ("b", False), ("old", True)]


async def test_what_is_no_failure_of_the_scorer_ends_the_work_at_the_next_copy() -> None:
    scorer = Scorer(fails=[RuntimeError("a bug")])
    scorer.go.set()
    async with scoring(scorer) as copies:
        copies.add(written("a"))
        await turn()
        with pytest.raises(RuntimeError, match="a bug"):
            copies.add(written("b"))


@pytest.mark.parametrize(
    ("revisions", "calls"),
    [("112", ["old", "a", "b", "old a b"]), ("122", ["old", "a", "old a b"]), ("1212", ["old", "a", "old a b"])],
)
async def test_a_model_changed_between_two_calls_scores_all_copies_again(revisions: str, calls: list[str]) -> None:
    scorer = Scorer(revisions=revisions)
    scorer.go.set()
    async with scoring(scorer, OLD) as copies:
        await turn()
        for title in "ab":
            copies.add(written(title))
            await turn()
        await copies.finish()
    assert scorer.calls == calls
    assert all(c.reward for c in copies.candidates())


async def test_while_replicas_serve_two_models_copies_are_scored_at_most_three_times() -> None:
    scorer = Scorer(revisions="12" * 20)
    scorer.go.set()
    async with scoring(scorer, OLD) as copies:
        await turn()
        for title in "abcd":
            copies.add(written(title))
            await turn()
        await copies.finish()
    assert len(scorer.calls) <= 4
    assert all(c.reward for c in copies.candidates())


async def test_a_decision_of_another_model_is_taken_back() -> None:
    decided: list[bool] = []

    class Watching(Scorer):
        async def __call__(self, shown: Sequence[Copy]) -> ScoreResult:
            decided.append(copies.decided_early.is_set())
            return await super().__call__(shown)

    scorer = Watching(revisions="1122")
    scorer.go.set()
    async with scoring(scorer, OLD, early_stop=EarlyStop(win_probability=0.9, min_candidates=1)) as copies:
        await turn()
        copies.add(written("b"))
        await turn()
        copies.add(written("a"))
        await copies.finish()
        assert decided == [False, False, True, False]
        assert copies.decided_early.is_set(), "the new model says so too"


async def test_leaving_cancels_the_call_under_way() -> None:
    scorer = Scorer()
    before = asyncio.all_tasks()
    async with scoring(scorer, OLD):
        await turn()
        assert scorer.in_flight == 1
    assert scorer.in_flight == 0
    assert asyncio.all_tasks() == before


async def test_ahead_is_set_as_soon_as_a_reward_says_so_and_no_early_call_follows() -> None:
    scorer = Scorer()
    async with scoring(scorer, OLD, early_stop=EarlyStop(win_probability=0.9, min_candidates=1)) as copies:
        await turn()
        copies.add(written("b"))
        scorer.go.set()
        await turn()
        assert copies.decided_early.is_set()
        copies.add(written("a"))
        await turn()
        assert scorer.calls == ["old", "b"]
        await copies.finish()
    assert scorer.calls == ["old", "b", "a"]


async def test_without_the_setting_nothing_is_ever_ahead() -> None:
    scorer = Scorer()
    scorer.go.set()
    async with scoring(scorer, OLD) as copies:
        copies.add(written("b"))
        await copies.finish()
        assert not copies.decided_early.is_set()
