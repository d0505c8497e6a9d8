"""The breaker on simulated time: when calls are stopped, what is let through, and that it always closes again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from serve_app.cluster.breaker import Breaker


class Simulated:
    """A breaker, its clock, and whether calls are stopped."""

    def __init__(self) -> None:
        self.now = 100.0
        self.changes: list[bool] = []
        self.breaker = Breaker(self.changes.append, lambda: self.now)

    def call(self, works: bool) -> bool:
        """Make a call. Return whether it was admitted."""
        began_s = self.breaker.admits()
        if began_s is None:
            return False
        if works:
            self.breaker.worked()
        else:
            self.breaker.failed(began_s)
        return True


def test_five_failures_in_a_row_stop_the_calls() -> None:
    made = Simulated()
    assert [made.call(False) for _ in range(7)] == [True] * 5 + [False] * 2
    assert made.changes == [True]


def test_a_success_between_them_does_not() -> None:
    made = Simulated()
    assert all(made.call(works) for works in [*[True] * 10, *[False] * 4, True, *[False] * 4, True])
    assert made.changes == []


def test_half_of_the_last_calls_do() -> None:
    made = Simulated()
    outcomes = [made.call(n % 2 == 0) for n in range(20)]
    assert outcomes == [True] * 10 + [False] * 10


def test_after_a_pause_one_call_tries_it_and_its_success_lets_all_through() -> None:
    made = Simulated()
    for _ in range(5):
        made.call(False)
    made.now += 1.6
    assert made.breaker.admits() is not None
    assert made.breaker.admits() is None, "one probe at a time"
    made.breaker.worked()
    assert made.changes == [True, False]
    assert all(made.call(True) for _ in range(5))


def test_a_probe_that_fails_doubles_the_pause_up_to_a_bound() -> None:
    made = Simulated()
    for _ in range(5):
        made.call(False)
    pauses = []
    for _ in range(8):
        began = made.now
        while not made.call(False):
            made.now += 0.05
        pauses.append(made.now - began)
    for pause, base in zip(pauses, [1, 2, 4, 8, 15, 15, 15, 15], strict=True):
        assert base <= pause <= 1.5 * base + 0.1


def test_a_probe_whose_caller_left_makes_room_for_the_next() -> None:
    made = Simulated()
    for _ in range(5):
        made.call(False)
    made.now += 1.6
    assert made.breaker.admits() is not None
    made.breaker.left()
    assert made.breaker.admits() is not None


def test_calls_that_die_together_are_one_failure() -> None:
    made = Simulated()
    began_s = [made.breaker.admits() for _ in range(50)]
    made.now += 3
    for each in began_s:
        assert each is not None
        made.breaker.failed(each)
    assert made.changes == []
    assert [made.call(False) for _ in range(6)] == [True] * 4 + [False] * 2


def test_failures_of_calls_that_began_before_do_not_lengthen_the_pause() -> None:
    made = Simulated()
    early_s = made.breaker.admits()
    assert early_s is not None
    for _ in range(5):
        made.call(False)
    made.breaker.failed(early_s)
    made.now += 1.6
    assert made.breaker.admits() is not None


STEPS = st.lists(st.tuples(st.floats(0, 5), st.sampled_from(["works", "fails", "leaves"])), max_size=200)


@given(STEPS)
def test_whatever_happened_a_stage_that_works_is_soon_called_again(steps: list[tuple[float, str]]) -> None:
    made = Simulated()
    for wait_s, outcome in steps:
        made.now += wait_s
        began_s = made.breaker.admits()
        if began_s is None:
            continue
        if outcome == "fails":
            made.breaker.failed(began_s)
        else:
            {"works": made.breaker.worked, "leaves": made.breaker.left}[outcome]()
    made.now += 23  # the longest pause with its jitter
    assert made.call(True)
    assert made.call(True)
    assert made.changes == [n % 2 == 0 for n in range(len(made.changes))], "it opens and closes in turn"


@given(STEPS)
def test_a_stage_that_never_works_gets_few_calls(steps: list[tuple[float, str]]) -> None:
    made, admitted = Simulated(), 0
    for wait_s, _ in steps:
        made.now += wait_s
        admitted += made.call(False)
    assert admitted <= 5 + sum(wait_s for wait_s, _ in steps)
