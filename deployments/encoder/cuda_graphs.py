"""CUDA graphs of an encoder, one for each bucket of rows and length: launches dominate a small model on a GPU.

A graph replays one shape, so rows are padded up to the next bucket. Nothing here runs without a GPU.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import torch

# Steps of half an octave: padding costs at most a third, and there are few graphs to capture.
_LENGTHS: Final = (8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)
_ROWS: Final = (1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128)


@dataclass(frozen=True)
class Buckets:
    """The shapes to capture, one for each batch of at most `max_tokens` padded tokens and `max_length` tokens a row.

    The shape of a nearly full batch holds more than `max_tokens`: 60 rows of 68 tokens run as 64 rows of 96.
    """

    max_length: int
    max_tokens: int

    @property
    def lengths(self) -> tuple[int, ...]:
        """Ascending; the last is `max_length`."""
        return (*(n for n in _LENGTHS if n < self.max_length), self.max_length)

    def shapes(self) -> list[tuple[int, int]]:
        """Return (rows, length) of every graph, the largest first: the smaller ones reuse its memory."""
        every = [(rows, length) for rows in _ROWS for length in self.lengths if self._is_used(rows, length)]
        return sorted(every, key=lambda shape: -shape[0] * shape[1])

    def _is_used(self, rows: int, length: int) -> bool:
        """Whether the smallest batch that fits no smaller shape is within the bound."""
        return _above_previous(_ROWS, rows) * _above_previous(self.lengths, length) <= self.max_tokens

    def fit(self, rows: int, length: int) -> tuple[int, int] | None:
        """Return the smallest captured shape that holds this one; None where there is none."""
        at, across = bisect_left(_ROWS, rows), bisect_left(self.lengths, length)
        if at == len(_ROWS) or across == len(self.lengths):
            return None
        shape = _ROWS[at], self.lengths[across]
        return shape if self._is_used(*shape) else None


def _above_previous(steps: tuple[int, ...], step: int) -> int:
    """Return the smallest number that needs this step."""
    at = steps.index(step)
    return steps[at - 1] + 1 if at else 1


@dataclass(frozen=True)
class _Captured:
    graph: Any
    ids: torch.Tensor
    mask: torch.Tensor
    out: torch.Tensor


class CudaGraphs:
    """Captured forwards `forward(ids, mask) -> rows`, all arguments on the device. Any thread, one at a time."""

    def __init__(self, forward: Callable[[torch.Tensor, torch.Tensor], torch.Tensor], buckets: Buckets) -> None:
        self.buckets = buckets
        self._forward = forward
        self._captured: dict[tuple[int, int], _Captured] = {}
        # A graph reads and writes its own buffers, and more threads than the batcher's call `run`.
        self._lock = threading.Lock()

    def capture(self, device: str) -> None:
        """Run and record every bucket. Takes seconds. Raises RuntimeError where the model cannot be captured.

        Another model may serve meanwhile. `torch.cuda.graph` is not used for its sake: for each graph it waits for the
        whole device, gives the allocator's free memory back and, in older versions, collects Python's garbage.
        """
        import torch  # noqa: PLC0415 - heavy

        with self._lock, torch.inference_mode():
            pool = torch.cuda.graph_pool_handle()
            aside: Any = torch.cuda.Stream()  # type: ignore[no-untyped-call]
            for shape in self.buckets.shapes():
                ids = torch.ones(shape, dtype=torch.long, device=device)
                mask = torch.ones(shape, dtype=torch.bool, device=device)
                aside.wait_stream(torch.cuda.current_stream())
                with torch.cuda.stream(aside):
                    self._forward(ids, mask)  # the first run initialises libraries, which a graph must not record
                    graph = torch.cuda.CUDAGraph()
                    graph.capture_begin(pool, capture_error_mode="thread_local")
                    try:
                        out = self._forward(ids, mask)
                    finally:
                        graph.capture_end()
                torch.cuda.current_stream().wait_stream(aside)
                self._captured[shape] = _Captured(graph, ids, mask, out)

    def run(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Replay the graph for `ids` and `mask`, which are in main memory and of a bucket's shape.

        The result is a copy on the device.
        """
        captured = self._captured[ids.shape[0], ids.shape[1]]
        with self._lock:
            captured.ids.copy_(ids, non_blocking=True)
            captured.mask.copy_(mask, non_blocking=True)
            captured.graph.replay()
            return captured.out.clone()
