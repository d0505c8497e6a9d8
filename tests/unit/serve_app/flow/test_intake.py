"""The bytes and the watches that one ingress replica may hold."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import pytest

from deployments.errors import Overloaded
from serve_app.flow.intake import Intake
from serve_app.flow.knobs import IngressKnobs
from tests.unit.serve_app.flow.gate import Recorded

MIB = 2**20


class Door:
    """An intake whose knobs a test may change."""

    def __init__(self, **admission: Any) -> None:
        self.metrics = Recorded()
        self.set(**admission)
        self.intake = Intake(lambda: self.knobs, self.metrics)

    def set(self, **admission: Any) -> None:
        self.knobs = IngressKnobs.model_validate({"admission": admission, "limits": {"max_batch_items": 7}})


def test_bytes_are_held_until_the_answer_and_the_next_that_does_not_fit_is_refused() -> None:
    door = Door(max_held_mib=10, retry_after_s=3)
    with door.intake.hold() as first:
        first.add(4 * MIB)
        first.add(5 * MIB)
        with door.intake.hold() as second:
            with pytest.raises(Overloaded) as caught:
                second.add(2 * MIB)
            assert (caught.value.shed, caught.value.retry_after_s) == ("memory_full", 3)
            second.add(MIB)
        assert door.intake.bytes == 9 * MIB
    assert door.intake.bytes == 0


def test_what_a_refused_request_held_is_given_back() -> None:
    door = Door(max_held_mib=10)
    with door.intake.hold() as first:
        first.add(6 * MIB)
        with door.intake.hold() as second:
            second.add(3 * MIB)
            with pytest.raises(Overloaded):
                second.add(3 * MIB)
        assert door.intake.bytes == 6 * MIB


def test_a_single_request_may_be_larger() -> None:
    door = Door(max_held_mib=1)
    with door.intake.hold() as only:
        only.add(2 * MIB)
        only.add(2 * MIB)
        with pytest.raises(Overloaded), door.intake.hold() as other:
            other.add(1)


def test_watches_have_a_bound_of_their_own_that_changes_under_load() -> None:
    door = Door(max_watches=2)
    with ExitStack() as watching:
        for _ in range(2):
            watching.enter_context(door.intake.watch())
        with pytest.raises(Overloaded, match="watches") as caught, door.intake.watch():
            pass
        assert caught.value.shed == "watches_full"
        door.set(max_watches=3)
        with door.intake.watch():
            assert door.intake.watches == 3
    assert door.intake.watches == 0
    assert door.metrics.refused == [("Watch", "watches_full")]


def test_the_limit_of_batches_is_the_operators() -> None:
    assert Door().intake.max_batch_items == 7
