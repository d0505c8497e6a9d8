"""A lane drops taken entries and nothing else."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from deployments.batching.lane import Lane
from tests.unit.deployments.batching.lanes import waiting


@settings(max_examples=100, deadline=None)
@given(
    waiting_specs=st.lists(st.tuples(st.integers(1, 6), st.integers(0, 9)), max_size=30),
    taken_specs=st.lists(st.tuples(st.integers(1, 6), st.integers(0, 9)), max_size=30),
    now=st.integers(0, 9),
)
def test_a_lane_forgets_what_is_taken_out_of_it(
    waiting_specs: list[tuple[int, int]], taken_specs: list[tuple[int, int]], now: int
) -> None:
    lane, entries = waiting([*waiting_specs, *taken_specs])
    lane.remove(entries[len(waiting_specs) :])
    left = sorted(entries[: len(waiting_specs)], key=lambda e: e.urgency)
    assert lane.lengths == sorted({e.tokens for e in left})
    assert lane.expired(now) == [e for e in left if e.urgency[0] <= now]
    assert lane.drain() == left
    assert (len(lane), lane.tokens, lane.lengths) == (0, 0, [])


def test_removing_nothing_from_an_empty_lane_is_no_error() -> None:
    lane: Lane[int] = Lane()
    lane.remove([])
    assert (len(lane), lane.drain()) == (0, [])
