"""What is read off the rows of a run."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.autoscale.arms import FAKES
from benchmarks.simulate.machine import Machine, read
from tests.unit.benchmarks.simulate.rows import replicas, requests

WAITS_MS = sum(fake.wait_ms for fake in FAKES)


def of(rows: list[dict[str, Any]]) -> Machine:
    return read({"graph": rows})["graph"]


def test_starts_and_stops() -> None:
    grown = {10.0: (2, 1, 2), 14.0: (2, 2, 2), 60.0: (1, 1, 2), 62.0: (1, 1, 1)}
    machine = of([*requests("graph", 1.0, 2000.0), *replicas("graph", grown)])
    assert (machine.start_s, machine.stop_s) == (4.0, 2.0)
    assert machine.starts_at_once == 2.0, "one of each of the two stages, in the time of one"


def test_starts_that_wait_for_each_other() -> None:
    grown = {10.0: (3, 1, 3), 14.0: (3, 2, 3), 18.0: (3, 3, 3)}
    machine = of([*requests("graph", 1.0, 2000.0), *replicas("graph", grown)])
    assert (machine.start_s, machine.starts_at_once) == (4.0, 2.0), "four of 4 s in 8 s"


def test_what_a_request_takes_beside_its_stages() -> None:
    assert of([*requests("graph", 1.0, WAITS_MS + 40), *replicas("graph", {})]).overhead_s == pytest.approx(0.04)


def test_a_place_that_stays_empty() -> None:
    """One request a second comes and each takes 18 s: one a second leaves, where four places of 0.9 s could do 4.4."""
    machine = of([*requests("graph", 1.0, 18_000.0), *replicas("graph", {})])
    assert machine.refill_s == pytest.approx(4 / 1.0 - 0.9, rel=0.05)
    assert of([*requests("graph", 1.0, 2000.0), *replicas("graph", {})]).refill_s == 0.0


def test_each_arm_has_its_own_cores() -> None:
    slow, quick = ({10.0: (2, 1, 2), 10.0 + s: (2, 2, 2)} for s in (6.0, 3.0))
    machines = read({
        arm: [*requests(arm, 1.0, 2000.0), *replicas(arm, changes)] for arm, changes in (("a", slow), ("b", quick))
    })  # fmt: skip
    assert (machines["a"].start_s, machines["b"].start_s) == (6.0, 3.0)
