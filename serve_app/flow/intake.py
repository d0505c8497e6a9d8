"""What one ingress replica may hold before and beside the gate: bytes of requests, watches of its health, batch items.

Bytes are counted as they were sent. Read, they take about as much again. Every request counts: one that is still
arriving, that waits, that is in the graph, and a batch until its last answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from deployments.errors import Overloaded
from serve_app.flow.admission import Shed
from serve_app.flow.knobs import IngressKnobs
from serve_app.flow.metrics import Metrics

_MIB: Final = 2**20
WATCH: Final = "Watch"


class Intake:
    """The counts, and their bounds. `knobs` is called at each arrival: the bounds change under load."""

    def __init__(self, knobs: Callable[[], IngressKnobs], metrics: Metrics) -> None:
        self._knobs = knobs
        self._metrics = metrics
        self.bytes = 0
        self.watches = 0

    @property
    def max_batch_items(self) -> int:
        """Adapters refuse a larger batch before they read its items."""
        return self._knobs().limits.max_batch_items

    @contextmanager
    def hold(self) -> Iterator[Holding]:
        """Hold what one request adds, until the end of the body."""
        holding = Holding(self)
        try:
            yield holding
        finally:
            self.bytes -= holding.bytes

    @contextmanager
    def watch(self) -> Iterator[None]:
        """Hold one watch. Raises Overloaded for one too many."""
        if self.watches >= self._knobs().admission.max_watches:
            self._metrics.shed(WATCH, Shed.WATCHES_FULL)
            raise self.refusal(Shed.WATCHES_FULL, "this replica has as many health watches as it may have")
        self.watches += 1
        try:
            yield
        finally:
            self.watches -= 1

    def fits(self, count: int) -> bool:
        return self.bytes + count <= self._knobs().admission.max_held_mib * _MIB

    def refusal(self, shed: Shed, words: str) -> Overloaded:
        return Overloaded(words, self._knobs().admission.retry_after_s, shed)


class Holding:
    """The bytes of one request."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self.bytes = 0

    def add(self, count: int) -> None:
        """Add bytes that have arrived. Raises Overloaded when they do not fit; a single request always does."""
        is_alone = self._intake.bytes == self.bytes
        if not is_alone and not self._intake.fits(count):
            words = "the requests that this service holds have too many bytes"
            raise self._intake.refusal(Shed.MEMORY_FULL, words)
        self._intake.bytes += count
        self.bytes += count
