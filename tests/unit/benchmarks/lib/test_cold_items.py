"""Items that no prefix cache knows."""

from __future__ import annotations

from benchmarks.lib.cold_items import begun_with, cold_items


def test_items_are_always_the_same_and_no_two_share_a_title() -> None:
    items = cold_items(24)
    assert items == cold_items(24)
    assert len({item.title for item in items}) == len({item.id for item in items}) == 24


def test_a_first_word_makes_an_item_new() -> None:
    item = cold_items(1)[0]
    assert begun_with("Today", item).title == f"Today: {item.title}"
