"""Properties of the choice: order within a lane, no starvation, budgets, and lanes that lose nothing."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from deployments.batch_choice import BatchLimits, Entry, Lane, Pending, choose
from deployments.types import Priority


def waiting(specs: Sequence[tuple[int, int]], lane: Priority = Priority.REALTIME) -> tuple[Lane[int], list[Entry[int]]]:
    """A lane with an entry for each (tokens, deadline), and those entries."""
    made: Lane[int] = Lane()
    nobody = Pending(reply=None, answers=[], missing=1, queued_at_s=0.0)  # type: ignore[arg-type]  # never answered
    entries = [Entry(i, tokens, (float(at), i), lane, nobody, 0) for i, (tokens, at) in enumerate(specs)]
    for entry in entries:
        made.add([entry])
    return made, entries


any_limits = st.builds(
    BatchLimits,
    max_batch_tokens=st.integers(1, 60),
    max_batch_items=st.integers(1, 12),
    lookahead=st.floats(1, 6),
)
launches = st.sampled_from([0.0, 5.0, 1000.0])


@settings(max_examples=300, deadline=None)
@given(
    specs=st.lists(st.tuples(st.integers(1, 6), st.integers(0, 5)), min_size=1, max_size=40),
    limits=any_limits,
    launch=launches,
)
def test_a_lane_is_served_in_the_order_of_its_deadlines(
    specs: list[tuple[int, int]], limits: BatchLimits, launch: float
) -> None:
    """The most urgent entry is in every batch, so an entry waits for no more batches than there are entries before it;
    of one length, none is overtaken by a less urgent one; and nothing overtakes from beyond the lookahead."""
    lane, left = waiting(specs)
    left.sort(key=lambda e: e.urgency)
    while left:
        horizon = lane.horizon(limits)
        batch = choose(lane, Lane(), limits, launch)
        assert left[0] in batch
        assert len(batch) == 1 or max(e.tokens for e in batch) * len(batch) <= limits.max_batch_tokens
        assert len(set(map(id, batch))) == len(batch) <= limits.max_batch_items
        assert [e.tokens for e in batch] == sorted(e.tokens for e in batch)
        assert horizon is None or all(e.urgency < horizon for e in batch)
        left = [e for e in left if e not in batch]
        for entry in batch:
            assert all(e.urgency > entry.urgency for e in left if e.tokens == entry.tokens)
        lane.remove(batch)
        assert len(lane) == len(left)
        assert lane.tokens == sum(e.tokens for e in left)


@settings(max_examples=200, deadline=None)
@given(
    lead=st.lists(st.integers(1, 9), min_size=1, max_size=20),
    other=st.lists(st.integers(1, 9), max_size=20),
    limits=any_limits,
    launch=launches,
)
def test_the_other_lane_fills_what_room_is_left_and_lengthens_no_batch(
    lead: list[int], other: list[int], limits: BatchLimits, launch: float
) -> None:
    first, _ = waiting([(tokens, at) for at, tokens in enumerate(lead)])
    second, _ = waiting([(tokens, at) for at, tokens in enumerate(other)], Priority.BACKFILL)
    alone = choose(first, Lane(), limits, launch)
    both = choose(first, second, limits, launch)
    assert [e for e in both if e.lane is Priority.REALTIME] == alone
    assert max(e.tokens for e in both) == max(e.tokens for e in alone)
    assert len(both) <= limits.max_batch_items
    assert len(both) == 1 or max(e.tokens for e in both) * len(both) <= limits.max_batch_tokens


@settings(max_examples=100, deadline=None)
@given(
    kept=st.lists(st.tuples(st.integers(1, 6), st.integers(0, 9)), max_size=30),
    gone=st.lists(st.tuples(st.integers(1, 6), st.integers(0, 9)), max_size=30),
    now=st.integers(0, 9),
)
def test_a_lane_forgets_what_is_taken_out_of_it(
    kept: list[tuple[int, int]], gone: list[tuple[int, int]], now: int
) -> None:
    lane, entries = waiting([*kept, *gone])
    lane.remove(entries[len(kept) :])
    left = sorted(entries[: len(kept)], key=lambda e: e.urgency)
    assert lane.lengths == sorted({e.tokens for e in left})
    assert lane.expired(now) == [e for e in left if e.urgency[0] <= now]
    assert lane.drain() == left
    assert (len(lane), lane.tokens, lane.lengths) == (0, 0, [])


def test_removing_nothing_from_an_empty_lane_is_no_error() -> None:
    lane: Lane[int] = Lane()
    lane.remove([])
    assert (len(lane), lane.drain()) == (0, [])
