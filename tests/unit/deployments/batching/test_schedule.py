"""Properties of the choice: order within a lane, no starvation, budgets."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from deployments.batching import BatchLimits
from deployments.batching.lane import Lane
from deployments.batching.schedule import schedule
from deployments.types import Priority
from tests.unit.deployments.batching.lanes import waiting

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
    """The most urgent entry is in every batch, so an entry waits for at most one batch per entry before it.

    Among entries of one length, none is overtaken by a less urgent one. Nothing overtakes from beyond the lookahead.
    """
    lane, left = waiting(specs)
    left.sort(key=lambda e: e.urgency)
    while left:
        horizon = lane.horizon(limits)
        batch = schedule(lane, Lane(), limits, launch)
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
    alone = schedule(first, Lane(), limits, launch)
    both = schedule(first, second, limits, launch)
    assert [e for e in both if e.lane is Priority.REALTIME] == alone
    assert max(e.tokens for e in both) == max(e.tokens for e in alone)
    assert len(both) <= limits.max_batch_items
    assert len(both) == 1 or max(e.tokens for e in both) * len(both) <= limits.max_batch_tokens
