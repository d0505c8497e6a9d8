"""What a caller makes of an answer, and how long a fault can be seen."""

from __future__ import annotations

import pytest

from benchmarks.lib.fates import Fate, Judgement, counted, judged, recovered_s, window_s, worst
from benchmarks.lib.open_loop import Outcome, Reply, Sample


def sample(reply: Reply, latency_s: float = 0.5) -> Sample:
    return Sample(0, 10.0, 10.0, 10.0 + latency_s, reply)


@pytest.mark.parametrize("fate", set(Fate) - {Fate.LATE, Fate.UNSENT})
def test_a_judgement_survives_the_way_through_a_reply(fate: Fate) -> None:
    assert judged(sample(Judgement(fate, "503 a: b").reply()), 1000) == (fate, "503 a: b")


def test_an_answer_is_late_beyond_its_budget_and_a_little() -> None:
    assert judged(sample(Judgement(Fate.GOOD).reply(), 1.09), 1000).fate is Fate.GOOD
    assert judged(sample(Judgement(Fate.GOOD).reply(), 1.11), 1000).fate is Fate.LATE
    assert judged(sample(Judgement(Fate.DEGRADED).reply(), 1.11), 1000).fate is Fate.LATE
    assert judged(sample(Judgement(Fate.EXPIRED, "x").reply(), 1.11), 1000) == (Fate.LATE, "x")
    assert judged(sample(Judgement(Fate.GOOD).reply(timed=False), 1.11), 1000).fate is Fate.GOOD
    assert judged(sample(Judgement(Fate.REFUSED).reply(), 1.11), 1000).fate is Fate.REFUSED


def test_what_was_not_answered_is_lost_and_what_was_not_sent_is_not() -> None:
    assert judged(sample(Reply(Outcome.TIMEOUT, "NO_ANSWER")), 1000).fate is Fate.LOST
    assert judged(sample(Reply(Outcome.ERROR, "KeyError")), 1000) == (Fate.LOST, "KeyError")
    assert judged(sample(Reply(Outcome.TIMEOUT, "SENT_TOO_LATE")), 1000).fate is Fate.UNSENT
    assert judged(sample(Reply(Outcome.UNSENT, "MAX_IN_FLIGHT")), 1000).fate is Fate.UNSENT


def test_a_batch_is_as_good_as_its_worst_item() -> None:
    items = [Judgement(Fate.GOOD), Judgement(Fate.LOST, "cut"), Judgement(Fate.REFUSED)]
    assert worst(items) == (Fate.LOST, "cut")
    counts = counted([*items, Judgement(Fate.LOST, "cut")])
    assert (counts["requests"], counts["lost"], counts["good"], counts["wrong"]) == (4, 2, 1, 0)
    assert counts["reasons"] == {"lost: cut": 2}


def seen(bad: set[int], seconds: float = 30.0) -> list[tuple[float, bool]]:
    """Ten requests a second; those of these numbers were not good."""
    return [(n / 10, n not in bad) for n in range(int(10 * seconds))]


def test_a_fault_without_effect_is_over_at_once() -> None:
    assert recovered_s(seen(set()), 30.0, 3.0) == 0.0


def test_it_is_over_after_the_last_request_that_was_not_good() -> None:
    assert recovered_s(seen({1, 2, 50, 87}), 30.0, 3.0) == pytest.approx(8.8, abs=0.11)


def test_one_percent_may_be_otherwise() -> None:
    often = [(n / 100, n != 250) for n in range(3000)]
    assert recovered_s(often, 30.0, 3.0) == 0.0


def test_it_is_not_over_without_a_good_window_at_the_end() -> None:
    assert recovered_s(seen(set(range(100, 290))), 30.0, 3.0) is None
    assert recovered_s(seen(set()), 2.0, 3.0) is None


def test_rare_requests_have_a_longer_window() -> None:
    assert window_s(20.0) == 3.0
    assert window_s(0.5) == 20.0
