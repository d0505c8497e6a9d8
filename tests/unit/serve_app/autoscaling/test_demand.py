from __future__ import annotations

from serve_app.autoscaling.demand import Demand, busy_s, is_total


def test_it_counts_what_asked_what_was_answered_and_what_it_cost() -> None:
    demand = Demand()
    demand.asked(8.0)
    demand.asked(2.0)
    demand.answered(6.0, {"Generator": 0.5})
    demand.answered(2.0, {"Generator": 0.25})
    totals = demand.totals()
    assert (totals["requests"], totals["units"], totals["done"]) == (2, 10.0, 8.0)
    assert busy_s(totals) == {"Generator": 0.75}
    assert all(isinstance(value, float | int) for value in totals.values()), "else Serve takes none of them"


def test_a_reader_of_the_totals_does_not_hold_them() -> None:
    demand = Demand()
    before = demand.totals()
    demand.asked(1.0)
    assert before["requests"] == 0


def test_what_is_a_total() -> None:
    demand = Demand()
    demand.answered(1.0, {"Generator": 0.5})
    assert all(is_total(name) for name in demand.totals())
    assert not is_total("queue_waiting")
