"""CPU time of the code without a hop."""

from __future__ import annotations

import pytest

from benchmarks.tax.own import cpu_ms, new_items


def test_each_request_is_answered_and_takes_time() -> None:
    assert 0 < cpu_ms(new_items()[:3]) < 5_000


def test_a_failed_request_is_no_result() -> None:
    one = new_items()[0]
    refused = one.model_copy(update={"options": one.options.model_copy(update={"categories_wanted": ("NONE_SUCH",)})})
    with pytest.raises(RuntimeError, match="INVALID_ARGUMENT"):
        cpu_ms([refused])


def test_no_item_comes_twice_and_each_has_a_picture_for_the_captioner() -> None:
    items = [request.item for request in new_items()]
    assert len({item.title for item in items}) == len(items) == 288
    assert all(item.images for item in items)
