"""The buckets that CUDA graphs are captured for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.encoder.cuda_graphs import Buckets


@given(
    rows=st.integers(1, 200),
    length=st.integers(1, 512),
    max_length=st.integers(8, 512),
    max_tokens=st.integers(512, 8192),
)
def test_a_batch_goes_to_a_captured_shape_that_holds_it_or_to_none(
    rows: int, length: int, max_length: int, max_tokens: int
) -> None:
    fit = Buckets(max_length, max_tokens).fit(rows, length)
    smallest = Buckets(max_length, 10**9).fit(rows, length)
    if smallest is None:
        assert rows > 128 or length > max_length
        assert fit is None
        return
    assert smallest[0] >= rows
    assert length <= smallest[1] <= max_length
    captured = smallest[0] * smallest[1] <= max_tokens
    assert (fit == smallest) if captured else (fit is None)
    assert (smallest in Buckets(max_length, max_tokens).shapes()) == captured


@pytest.mark.parametrize("max_length", [32, 96, 100, 128, 512])
def test_every_length_has_a_bucket_and_the_last_is_the_longest(max_length: int) -> None:
    buckets = Buckets(max_length, 4096)
    assert buckets.lengths[-1] == max_length
    assert list(buckets.lengths) == sorted(set(buckets.lengths))
    assert all(buckets.fit(1, n) is not None for n in range(1, max_length + 1))


def test_shapes_stay_within_the_budget_and_the_largest_comes_first() -> None:
    sizes = [rows * length for rows, length in Buckets(96, 4096).shapes()]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] <= 4096
    assert len(sizes) <= 80
