"""Lessons of one training step: good and bad copies of equal weight, of every length."""

from __future__ import annotations

import numpy as np
import pytest

from deployments.types import Copy
from tests.unit.training.fitness.entries import ENTRIES
from training.fitness.lessons import Mix, lessons, make, plain
from training.writer.corpus import Judged


def test_goods_and_bads_weigh_the_same_and_marks_come_on_top() -> None:
    for seed in range(20):
        item_lessons = lessons(ENTRIES[seed], ENTRIES, np.random.default_rng(seed), Mix(made=5, mark=0.25))
        marked = [f for f in item_lessons if f.kind == "marked"]
        goods = [f for f in item_lessons if f.fit > 0.5 and f not in marked]
        bads = [f for f in item_lessons if f.fit < 0.5 and f not in marked]
        assert sum(f.weight for f in goods) == pytest.approx(1)
        assert sum(f.weight for f in bads) == pytest.approx(1)
        assert [f.weight for f in marked] == [0.25]


def test_good_copies_are_short_and_long_as_bad_ones_are() -> None:
    item_lessons = [f for n, e in enumerate(ENTRIES) for f in lessons(e, ENTRIES, np.random.default_rng(n))]

    def lengths(good: bool) -> list[int]:
        return [len(f"{f.copy.title} {f.copy.body}".split()) for f in item_lessons if (f.fit > 0.5) is good]

    goods, bads = lengths(True), lengths(False)
    assert min(goods) <= 6
    assert max(goods) >= 0.7 * max(bads)
    assert min(bads) <= 6
    assert max(bads) >= 0.7 * max(goods)


def test_the_same_draw_gives_the_same_lessons() -> None:
    one, two = (lessons(ENTRIES[3], ENTRIES, np.random.default_rng(5)) for _ in range(2))
    assert one == two


def test_a_copy_of_the_item_itself_is_not_another_items() -> None:
    assert make(ENTRIES[0], ENTRIES[:1], "another", np.random.default_rng(0)) is None


@pytest.mark.parametrize("title", ["", "ep12_final.mp3", "LOOK AT THIS NOW", "#fun day out", "🔴 otter cam"])
def test_a_messy_title_is_no_copy(title: str) -> None:
    assert plain(ENTRIES[0].model_copy(update={"title": title}), 1) is None


def test_an_items_own_words_are_a_plain_copy() -> None:
    copy = plain(ENTRIES[0], 2)
    assert copy is not None
    assert copy.title == "The ferry of Harbury"
    assert copy.body == "The ferry of Harbury opens on 4 June, not in May. Some 11 people helped."
    assert plain(ENTRIES[0], 9) is None


def test_a_mended_draft_is_a_lesson_beside_the_draft() -> None:
    mended = Copy(title="Mended", body="By a reader.")
    draft = Judged(title="Draft", body="By a model.", fit=0.0, mended=mended)
    item_lessons = lessons(
        ENTRIES[0].model_copy(update={"judged": (draft,)}), ENTRIES, np.random.default_rng(0), Mix(mark=0.25)
    )
    marked = {lesson.copy.title: (lesson.fit, lesson.weight) for lesson in item_lessons if lesson.kind == "marked"}
    assert marked == {"Draft": (0.0, 0.25), "Mended": (1.0, 0.25)}
