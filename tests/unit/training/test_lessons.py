"""Lessons from push items: what is better, what is worse, and that no item is on two sides."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from training import lessons, perturb, stock
from training.arms import BadArms

ITEM = {
    "id": "a-1", "locale": "en-GB", "title": "x", "description": "The oven is on at five. Bread is ready at six. Come.",
    "copies": [{"title": f"Bread number {i} is out of the oven", "body": "It is warm until ten."} for i in range(4)],
    "bad": [{"kind": "empty", "title": "A treat", "body": "It is nice."},
            {"kind": "wrong_fact", "title": "b", "body": "c"}],
}  # fmt: skip


@pytest.fixture
def items(tmp_path: Path) -> list[lessons.PushItem]:
    path = tmp_path / "items.jsonl"
    lines = [{**ITEM, "id": f"a-{i}"} for i in range(40)] + [{**ITEM, "id": "b-1", "locale": "es-ES"}]
    path.write_text("\n".join(json.dumps(line) for line in lines))
    return lessons.read_items([path])


def test_items_in_other_languages_teach_nothing(items: list[lessons.PushItem]) -> None:
    assert len(items) == 40
    assert {item.fold for item in items} <= set(range(10))


def test_a_ladder_has_ever_more_sentences_of_its_own_item(items: list[lessons.PushItem]) -> None:
    ladder = items[0].ladder
    assert ladder[0].startswith("Bread number")
    assert ladder[-1].endswith("It is warm until ten. The oven is on at five. Bread is ready at six. Come.")
    assert all(longer.startswith(shorter) for shorter, longer in pairwise(ladder))


def test_copies_teach_over_stock_copy_their_beginning_and_what_words_alone_give_away(
    items: list[lessons.PushItem],
) -> None:
    item_lessons = lessons.of_items(items, seed=0)
    assert {lesson.kind for lesson in item_lessons} == {"stock", "cut", *perturb.TAUGHT, "empty", "salad", "longer"}
    for lesson in item_lessons:
        assert lesson.better != lesson.worse
        if lesson.kind == "cut":
            assert lesson.better.startswith(lesson.worse)
    assert lessons.of_items(items, seed=0) == item_lessons


def test_a_line_that_is_no_item_is_named(tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    path.write_text(json.dumps(ITEM) + '\n{"id": "a-2"}\n')
    with pytest.raises(BadArms, match=r"'items.jsonl' line 2 is no push item.*copies"):
        lessons.read_items([path])


def test_a_headline_with_sentences_of_its_context_is_a_longer_copy_of_it() -> None:
    arms = pd.DataFrame(
        {"text": ["She opened the door at last"], "context": ["<p>It was dark in there.</p>"], "fold": [3]}
    )
    by_kind = {lesson.kind: lesson for lesson in lessons.of_arms(arms, seed=0, share=1.0)}
    assert by_kind["longer"].better == "She opened the door at last. It was dark in there."
    assert by_kind["longer"].worse == "She opened the door at last"
    assert {lesson.fold for lesson in by_kind.values()} == {3}


def test_stock_copy_that_measures_is_never_taught() -> None:
    taught = {text for copy in stock.taught(5000, seed=1) for text in copy if text}
    assert not taught & {text for copy in stock.HELD_OUT for text in copy}
