"""Stock copy that teaches, and stock copy that measures."""

from __future__ import annotations

from training import stock


def test_stock_copy_is_drawn_by_its_seed_and_some_has_no_body() -> None:
    drawn = stock.taught(400, seed=1)
    assert drawn == stock.taught(400, seed=1) != stock.taught(400, seed=2)
    assert 20 < sum(not body for _, body in drawn) < 90


def test_held_out_stock_shares_no_phrase_with_what_teaches() -> None:
    taught = {text for copy in stock.taught(5000, seed=0) for text in copy if text}
    assert not taught & {text for copy in stock.HELD_OUT for text in copy}
