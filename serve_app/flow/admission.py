"""Admission: a finite number of requests in flight; beyond it they are refused with a retry time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

from deployments.errors import Overloaded, PushGenError
from deployments.types import Priority
from serve_app.flow.knobs import AdmissionKnobs
from serve_app.flow.metrics import Metrics


class Admission:
    """Counts the requests of one ingress replica. knobs: may be replaced at any time."""

    def __init__(self, knobs: AdmissionKnobs, metrics: Metrics) -> None:
        self.knobs = knobs
        self._metrics = metrics
        self._in_flight = 0

    @contextmanager
    def admit(self, rpc: str, priority: Priority) -> Iterator[None]:
        """Count the body as a request in flight; raises Overloaded where there is no room for its priority."""
        room = self.knobs.max_in_flight
        if priority is Priority.BACKFILL:
            room = max(1, int(room * self.knobs.backfill_share))
        if self._in_flight >= room:
            self._metrics.request(rpc, Overloaded.reason, 0.0)
            raise Overloaded("this service has no room for another request", self.knobs.retry_after_s)
        with self.count(rpc):
            yield

    @contextmanager
    def count(self, name: str) -> Iterator[None]:
        """Count the body as a request in flight, however many there are, and record how it ends."""
        started = time.perf_counter()
        self._in_flight += 1
        self._metrics.in_flight(self._in_flight)
        outcome = "OK"
        try:
            yield
        except PushGenError as error:
            outcome = error.reason
            raise
        except (asyncio.CancelledError, GeneratorExit):
            outcome = "CANCELLED"
            raise
        except BaseException:
            outcome = "INTERNAL"
            raise
        finally:
            self._in_flight -= 1
            self._metrics.in_flight(self._in_flight)
            self._metrics.request(name, outcome, (time.perf_counter() - started) * 1000)
