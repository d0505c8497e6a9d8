"""The ladder: what a step takes away, and that it goes up before anything is refused, down again, and never flaps."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from deployments.deadline import Call, Deadline
from deployments.errors import DeadlineExceeded, Overloaded
from deployments.types import Degradation
from serve_app.flow.admission import Admission
from serve_app.flow.journal import Journal
from serve_app.flow.knobs import IngressKnobs, LogKnobs
from serve_app.flow.ladder import Ladder
from serve_app.flow.metrics import NoMetrics
from serve_app.flow.work import of_generation
from tests.graph.stages import PIXEL, request
from tests.unit.benchmarks.lib.virtual_time import run

STEPS = [
    {"candidates_per_category": 2},
    {"candidates_per_category": 1},
    {"candidates_per_category": 1, "max_categories": 2, "skip_captioner": True},
]
DEFAULTS = {"max_categories": 4, "candidates_per_category": 4}


def knobs(**changes: Any) -> IngressKnobs:
    ladder = {"steps": STEPS, "up_s": 1.0, "down_s": 10.0} | changes
    return IngressKnobs.model_validate({"defaults": DEFAULTS, "ladder": ladder, "admission": {"max_in_flight": 32}})


class Full(Admission):
    """A gate that is as full as told."""

    pressure = 0.0  # type: ignore[assignment]


class Stand:
    """A ladder before a gate that is told how full it is, on a clock that is told the time."""

    def __init__(self, **changes: Any) -> None:
        self.now_s = 0.0
        self.gate = Full(IngressKnobs().admission, NoMetrics())
        self.ladder = Ladder(knobs(**changes), self.gate, lambda: self.now_s)

    def after(self, seconds: float, pressure: float, every_s: float = 0.5) -> int:
        for _ in range(round(seconds / every_s)):
            self.now_s += every_s
            self.gate.pressure = pressure  # type: ignore[misc]
            self.ladder.lowered(request())
        return self.ladder.at


def test_it_goes_up_while_the_gate_is_full_and_no_further_than_its_last_step() -> None:
    stand = Stand()
    assert stand.after(0.5, 1.0) == 0, "a moment is no load"
    assert stand.after(1.0, 1.0) == 1
    assert stand.after(1.0, 1.2) == 2
    assert stand.after(20.0, 1.5) == 3


def test_it_goes_down_only_where_the_whole_work_would_fit_again() -> None:
    stand = Stand()
    stand.after(2.5, 1.0)
    assert stand.ladder.at == 2
    stand.after(30.0, 0.5)  # the demand is what it was
    assert stand.after(60.0, 0.5, every_s=2.0) == 2, (
        "half full: the step spares 4 of 9 units, so without it the gate were 0.9 full"
    )
    assert stand.after(8.0, 0.35, every_s=2.0) == 2
    assert stand.after(4.0, 0.35, every_s=2.0) == 1


def test_where_the_demand_has_not_fallen_it_tries_after_ten_times_as_long() -> None:
    stand = Stand()
    stand.after(20.0, 0.5)
    stand.after(1.5, 1.0)
    assert stand.after(95.0, 0.1) == 1
    assert stand.after(10.0, 0.1) == 0, "replicas may have been added"


def test_nobody_for_a_while_is_no_load() -> None:
    stand = Stand()
    stand.after(1.5, 1.0)
    assert stand.after(60.0, 0.0, every_s=60.0) == 0


def degradations(ladder: Ladder, **changes: Any) -> tuple[Any, set[Degradation]]:
    with Journal(NoMetrics(), LogKnobs()).request("Live") as record:
        lowered = ladder.lowered(request(**changes))
    return lowered.options, set(record.ledger.degradations)


def test_a_step_lowers_what_a_request_asks_for_and_says_so() -> None:
    stand = Stand()
    stand.after(5.0, 1.0)
    picture = {"title": "A cat", "images": [{"data": PIXEL}]}
    both = {Degradation.FEWER_CANDIDATES, Degradation.CAPTION_FROM_METADATA}
    options, declared = degradations(stand.ladder, item=picture)
    assert (options.max_categories, options.candidates_per_category, declared) == (2, 1, both)
    words = {"title": "A cat"}
    options, declared = degradations(
        stand.ladder, item=words, options={"max_categories": 1, "candidates_per_category": 1}
    )
    assert (options.max_categories, options.candidates_per_category, declared) == (1, 1, set())
    wanted = {"categories_wanted": ["DIRECT", "STORY", "HUMOUR"], "candidates_per_category": 1}
    assert degradations(stand.ladder, item=words, options=wanted)[1] == set(), "what is named is kept"
    assert degradations(stand.ladder, item={"images": [{"data": PIXEL}]})[1] == {Degradation.FEWER_CANDIDATES}


@pytest.mark.parametrize("kept", [{"seed": 7}, {"allow_degradation": False}])
def test_some_requests_are_never_lowered(kept: dict[str, Any]) -> None:
    stand = Stand()
    stand.after(5.0, 1.0)
    options, declared = degradations(stand.ladder, options=kept)
    assert (options.max_categories, options.candidates_per_category, declared) == (None, None, set())


@pytest.mark.parametrize(
    "beyond",
    [{"max_categories": 13}, {"candidates_per_category": 17}, {"candidates_per_category": 16, "max_categories": 5}],
)
def test_what_is_beyond_the_limits_is_left_to_be_refused(beyond: dict[str, int]) -> None:
    stand = Stand()
    stand.after(5.0, 1.0)
    options, declared = degradations(stand.ladder, options=beyond)
    assert (options.model_dump(exclude_unset=True).items() >= beyond.items(), declared) == (True, set())


def play(rates: list[float], ladder: bool) -> tuple[int, int, list[int]]:
    """Answered and refused requests of a graph that does 64 units a second, and the steps that were taken."""

    async def offered() -> tuple[int, int, list[int]]:
        setup = knobs(down_s=15.0)
        if not ladder:
            setup = setup.model_copy(update={"ladder": None})
        clock = asyncio.get_running_loop().time
        admission = Admission(setup.admission, NoMetrics(), clock)
        each, draw, steps = Ladder(setup, admission, clock), random.Random(1), [0]
        answered, refused, free = 0, 0, asyncio.Semaphore(16)

        async def one() -> None:
            nonlocal answered, refused
            lowered = each.lowered(request())
            if each.at != steps[-1]:
                steps.append(each.at)
            work, call = of_generation(lowered, setup), Call(Deadline(clock() + 4.0))
            try:
                async with admission.admit("Live", work, call), free:
                    await asyncio.sleep(work.units / 4)
                    if clock() > call.deadline.at_s:
                        raise DeadlineExceeded("late")
                answered += 1
            except (Overloaded, DeadlineExceeded):
                refused += 1

        async with asyncio.TaskGroup() as tasks:
            for rate in rates:
                until_s = clock() + 60.0
                while clock() < until_s:
                    await asyncio.sleep(draw.expovariate(rate))
                    tasks.create_task(one())
        return answered, refused, steps

    return run(offered())


def test_under_twice_the_load_it_answers_what_the_gate_would_refuse_and_takes_each_step_once() -> None:
    rates = [1.5, 7.0, 7.0, 0.7, 0.7]
    with_it, without = play(rates, ladder=True), play(rates, ladder=False)
    assert with_it[0] > 1.7 * without[0]
    assert with_it[1] < 0.15 * (with_it[0] + with_it[1])
    steps = with_it[2]
    top = steps.index(max(steps))
    assert steps == [*range(top + 1), *range(top - 1, -1, -1)], "up, then down again, and nothing twice"
