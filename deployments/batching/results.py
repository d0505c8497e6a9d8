"""Answers of the batcher with their cost, and its counters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from deployments.readings import Reading, reading
from deployments.types import Usage

Out = TypeVar("Out")


class Batched(NamedTuple, Generic[Out]):
    """The answer for one entry, and figures of its batch. `batch` numbers the batches of a batcher."""

    value: Out
    tokens: int
    batch: int
    batch_size: int
    padding_efficiency: float
    queue_ms: float
    compute_ms: float


@dataclass
class BatcherStats:
    """Counters since the start. Tokens are those of computed batches: padding efficiency = tokens / padded_tokens."""

    batches: int = 0
    entries: int = 0
    tokens: int = 0
    padded_tokens: int = 0
    compute_s: float = 0.0
    cancelled: int = 0
    expired: int = 0
    failed: int = 0
    refused: int = 0
    retried_batches: int = 0

    def ran(self, entries: int, tokens: int, padded_tokens: int, seconds: float) -> None:
        """Count a computed batch."""
        self.batches += 1
        self.entries += entries
        self.tokens += tokens
        self.padded_tokens += padded_tokens
        self.compute_s += seconds

    @property
    def padding(self) -> float:
        """Tokens computed for each token of an entry; 1 before the first batch."""
        return self.padded_tokens / self.tokens if self.tokens else 1.0

    def readings(self) -> Iterator[Reading]:
        yield reading("batcher_batches_total", self.batches, outcome="computed")
        yield reading("batcher_batches_total", self.retried_batches, outcome="retried")
        for fate in ("refused", "expired", "cancelled", "failed"):
            yield reading("batcher_entries_total", getattr(self, fate), fate=fate)
        yield reading("batcher_entries_total", self.entries, fate="computed")
        yield reading("batcher_tokens_total", self.tokens, kind="entries")
        yield reading("batcher_tokens_total", self.padded_tokens - self.tokens, kind="padding")


def usage(results: Sequence[Batched[Out]]) -> Usage:
    """Return the cost of one call: its longest wait, and the compute time of each of its batches once."""
    compute_ms = {r.batch: r.compute_ms for r in results}
    return Usage(
        queue_ms=max((r.queue_ms for r in results), default=0.0),
        compute_ms=sum(compute_ms.values()),
        prompt_tokens=sum(r.tokens for r in results),
        batch_size=max((r.batch_size for r in results), default=0),
    )
