"""Admission: who is refused, and how requests are counted."""

from __future__ import annotations

import asyncio

import pytest

from deployments.errors import DeadlineExceeded, Overloaded
from deployments.types import Priority
from serve_app.flow.admission import Admission
from serve_app.flow.knobs import AdmissionKnobs
from serve_app.flow.metrics import NoMetrics


class Recorded(NoMetrics):
    def __init__(self) -> None:
        self.requests: list[tuple[str, str]] = []
        self.counts: list[int] = []

    def request(self, rpc: str, outcome: str, wall_ms: float) -> None:
        self.requests.append((rpc, outcome))

    def in_flight(self, count: int) -> None:
        self.counts.append(count)


def refused(admission: Admission, name: str, priority: Priority) -> Overloaded:
    with pytest.raises(Overloaded) as caught, admission.admit(name, priority):
        pass
    return caught.value


def test_backfill_leaves_room_for_real_time_and_both_are_refused_when_there_is_none() -> None:
    metrics = Recorded()
    admission = Admission(AdmissionKnobs(max_in_flight=2, backfill_share=0.5, retry_after_s=7), metrics)
    with admission.admit("Bulk", Priority.BACKFILL):
        refused(admission, "Bulk", Priority.BACKFILL)
        with admission.admit("Live", Priority.REALTIME):
            assert refused(admission, "Live", Priority.REALTIME).retry_after_s == 7
    assert metrics.requests == [("Bulk", "OVERLOADED"), ("Live", "OVERLOADED"), ("Live", "OK"), ("Bulk", "OK")]
    assert metrics.counts == [1, 2, 1, 0]


def test_the_smallest_share_of_backfill_is_one_request() -> None:
    admission = Admission(AdmissionKnobs(max_in_flight=4, backfill_share=0.1), NoMetrics())
    with admission.admit("Bulk", Priority.BACKFILL):
        refused(admission, "Bulk", Priority.BACKFILL)


def test_new_knobs_hold_at_once() -> None:
    admission = Admission(AdmissionKnobs(max_in_flight=1), NoMetrics())
    with admission.admit("Live", Priority.REALTIME):
        admission.knobs = AdmissionKnobs(max_in_flight=2)
        with admission.admit("Live", Priority.REALTIME):
            refused(admission, "Live", Priority.REALTIME)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (DeadlineExceeded("spent"), DeadlineExceeded.reason),
        (asyncio.CancelledError(), "CANCELLED"),
        (GeneratorExit(), "CANCELLED"),
        (ZeroDivisionError(), "INTERNAL"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_error_passes_and_is_counted_by_its_kind(error: BaseException, outcome: str) -> None:
    metrics = Recorded()
    with pytest.raises(type(error)), Admission(AdmissionKnobs(), metrics).count("Live"):
        raise error
    assert metrics.requests == [("Live", outcome)]
    assert metrics.counts == [1, 0]
