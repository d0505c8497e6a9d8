"""Tasks and summary of the prefix benchmark; no engine is started here."""

from __future__ import annotations

from benchmarks.lib.cold_items import FIRST_WORDS, cold_items
from benchmarks.prefix.layouts import ARMS, LAYOUTS
from benchmarks.prefix.measure import CATEGORIES, Run, summary, task


def test_no_prompt_is_sent_twice_to_one_engine() -> None:
    items = cold_items(24)
    arms = len((*ARMS, *LAYOUTS))
    assert len(set(FIRST_WORDS)) == len(FIRST_WORDS) >= arms
    titles = {task(word, item).item.title for word in FIRST_WORDS[:arms] for item in items}
    assert len(titles) == 24 * arms
    assert items == cold_items(24)


def test_a_task_has_one_draft_in_each_of_four_styles() -> None:
    work = task("New", cold_items(1)[0])
    assert len({plan.instruction for plan in work.plan}) == CATEGORIES == 4
    assert work.candidates_per_category == 1
    assert {arm.candidates for arm in LAYOUTS} == {2}


def test_each_item_is_compared_with_itself() -> None:
    slow, fast = Run(8.0, 4.0, 200, 50), Run(1.0, 0.5, 200, 50)
    half = [Run(r.seconds / 2, r.first_s, 200, 100) for r in (slow, fast, fast)]
    by_arm = summary({"first": [slow, fast, fast], "second": half})
    assert by_arm["first"]["time_ratio"] == by_arm["first"]["cached_ratio"] == 1.0
    assert by_arm["second"]["time_ratio"] == 0.5
    assert (by_arm["second"]["cached_share"], by_arm["second"]["cached_ratio"]) == (0.5, 2.0)


def test_a_first_arm_that_shares_nothing_gives_no_ratio() -> None:
    nothing, some = [Run(1.0, 1.0, 100, 0)] * 2, [Run(1.0, 1.0, 100, 30)] * 2
    assert summary({"first": nothing, "second": some})["second"]["cached_ratio"] is None
