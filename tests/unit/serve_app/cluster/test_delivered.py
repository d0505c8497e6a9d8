"""Drafts of a task that is written twice arrive once."""

from __future__ import annotations

from deployments.types import Draft
from serve_app.cluster.delivered import Delivered


def draft(title: str, category: str = "A") -> Draft:
    return Draft(title=title, category=category, index=0)


def test_equal_drafts_of_one_try_are_all_delivered() -> None:
    delivered = Delivered(2)
    assert not delivered
    assert [delivered.adds(draft("Tea")) for _ in range(2)] == [True, True]
    assert delivered


def test_a_further_try_adds_what_is_missing_in_any_order() -> None:
    delivered = Delivered(2)
    first = [draft("Tea"), draft("Tea"), draft("Milk", "B")]
    assert all(delivered.adds(d) for d in first)
    delivered.begin_again()
    assert [delivered.adds(d) for d in (draft("Milk", "B"), draft("Beer", "B"))] == [False, True]
    assert not delivered.adds(draft("Tea"))
    assert not delivered.adds(draft("Tea"))


def test_a_seed_that_does_not_repeat_exactly_makes_no_more_than_was_asked_for() -> None:
    delivered = Delivered(1)
    assert delivered.adds(draft("Tea"))
    delivered.begin_again()
    assert not delivered.adds(draft("Teapot"))
    assert delivered.adds(draft("Milk", "B"))
