"""The buckets that CUDA graphs are captured for."""

from __future__ import annotations

import gc
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.encoder.cuda_graphs import Buckets, CudaGraphs


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
    captured = smallest in Buckets(max_length, max_tokens).shapes()
    assert (fit == smallest) if captured else (fit is None)
    assert captured or rows * length > max_tokens, "every batch within the bound has a graph"


@pytest.mark.parametrize("max_length", [32, 96, 100, 128, 512])
def test_every_length_has_a_bucket_and_the_last_is_the_longest(max_length: int) -> None:
    buckets = Buckets(max_length, 4096)
    assert buckets.lengths[-1] == max_length
    assert list(buckets.lengths) == sorted(set(buckets.lengths))
    assert all(buckets.fit(1, n) is not None for n in range(1, max_length + 1))


def test_shapes_stay_near_the_budget_and_the_largest_comes_first() -> None:
    sizes = [rows * length for rows, length in Buckets(96, 4096).shapes()]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] <= 1.5 * 4096, "a nearly full batch pads by half at most"
    assert len(sizes) <= 80


class Card:
    """A stand-in for `torch.cuda`: counts what a graph would record."""

    def __init__(self) -> None:
        self.pools: list[object] = []
        self.open = 0

    def capture_begin(self, pool: object, capture_error_mode: str) -> None:
        assert capture_error_mode == "thread_local", "another thread serves"
        self.pools.append(pool)
        self.open += 1

    def capture_end(self) -> None:
        self.open -= 1


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> Card:
    torch = pytest.importorskip("torch")
    card = Card()

    def disturbs(*_: object) -> None:
        pytest.fail("what serves beside would wait")

    stream = SimpleNamespace(wait_stream=lambda _: None)
    stand_ins = {
        "graph_pool_handle": object,
        "Stream": lambda: stream,
        "current_stream": lambda: stream,
        "stream": lambda _: nullcontext(),
        "CUDAGraph": lambda: card,
        "synchronize": disturbs,
        "empty_cache": disturbs,
    }
    for name, stand_in in stand_ins.items():
        monkeypatch.setattr(torch.cuda, name, stand_in)
    monkeypatch.setattr(gc, "collect", disturbs)
    return card


def test_a_capture_beside_a_serving_model_collects_no_garbage_and_empties_no_cache(card: Card) -> None:
    seen: list[tuple[int, bool]] = []

    def forward(ids: Any, _mask: Any) -> Any:
        seen.append((ids.numel(), bool(card.open)))
        return ids

    buckets = Buckets(32, 256)
    CudaGraphs(forward, buckets).capture("cpu")
    assert seen == [(rows * length, recorded) for rows, length in buckets.shapes() for recorded in (False, True)]
    assert len(set(card.pools)) == 1, "all graphs share one pool of memory"
    assert card.open == 0


def test_a_model_that_cannot_be_captured_leaves_no_capture_open(card: Card) -> None:
    def forward(ids: Any, _mask: Any) -> Any:
        if card.open:
            raise RuntimeError("operation not permitted when stream is capturing")
        return ids

    with pytest.raises(RuntimeError, match="not permitted"):
        CudaGraphs(forward, Buckets(32, 256)).capture("cpu")
    assert card.open == 0
