from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Mapping

import pytest

from serve_app.autoscaling.policy import (
    Forecast,
    GraphSizer,
    PlannedRate,
    Rate,
    StageLoad,
    StageSizer,
    StageTargets,
    Traffic,
)
from tests.unit.serve_app.autoscaling.simulated import Stage, poisson, simulate

TARGETS = StageTargets(ongoing=10, levels={"tokens": 1000.0}, up_s=3, down_s=20)


def sizes_of(sizer: StageSizer, loads: list[StageLoad], forecast: float = 0.0) -> list[int]:
    """One size a second."""
    return [sizer.size(float(now_s), load, forecast).replicas for now_s, load in enumerate(loads)]


def test_an_observed_need_must_last() -> None:
    busy, calm = StageLoad(2, ongoing=45), StageLoad(2, ongoing=20)
    assert sizes_of(StageSizer(TARGETS), [busy, busy, busy, busy]) == [2, 2, 2, 5]
    assert sizes_of(StageSizer(TARGETS), [busy, busy, calm, busy, busy, busy]) == [2] * 6


def test_a_forecast_acts_at_once() -> None:
    assert sizes_of(StageSizer(TARGETS), [StageLoad(2)], forecast=4.2) == [5]


def test_the_largest_signal_counts() -> None:
    """Of the calls and of each level that has a target; a level without one is none of its business."""
    load = StageLoad(2, ongoing=20, levels={"tokens": 3900.0, "other": 1e9})
    assert sizes_of(StageSizer(TARGETS), [load] * 4)[-1] == 4


def test_a_level_that_nobody_reports_counts_nothing() -> None:
    assert sizes_of(StageSizer(TARGETS), [StageLoad(2, ongoing=20)] * 4)[-1] == 2


def test_a_stage_shrinks_to_the_largest_need_of_the_window() -> None:
    sizer = StageSizer(TARGETS)
    needs = [3.0] + [1.0] * 30
    sizes = [sizer.size(float(now_s), StageLoad(5), need).replicas for now_s, need in enumerate(needs)]
    assert sizes[:20] == [5] * 20, "the window is not full"
    assert sizes[20] == 4, "3 and a margin"
    assert sizes[22] == 2


def test_peaks_that_are_too_short_to_grow_for_keep_what_there_is() -> None:
    sizer, replicas = StageSizer(StageTargets(10.0, up_s=10, down_s=60)), 4
    for second in range(300):
        calls = 40.0 if second % 16 < 8 else 0.0
        replicas = sizer.size(float(second), StageLoad(replicas, calls)).replicas
    assert replicas == 4


def test_a_stage_keeps_what_a_little_more_load_would_need_again() -> None:
    assert sizes_of(StageSizer(TARGETS), [StageLoad(5, ongoing=42)] * 40)[-1] == 5
    assert sizes_of(StageSizer(TARGETS), [StageLoad(5, ongoing=30)] * 40)[-1] == 4


def test_what_has_queued_counts_at_once_while_the_forecast_grows_the_stage() -> None:
    queue = StageLoad(2, ongoing=70)
    assert StageSizer(TARGETS).size(0.0, queue, forecast=2.1).replicas == 2, "the forecast needs no more: it must last"
    assert StageSizer(TARGETS).size(0.0, queue, forecast=3.0).replicas == 7


def peaks(every_s: int, until_s: int, lasts_s: int, down_s: float) -> list[int]:
    """Sizes by the second of a stage whose forecast needs 4 replicas for 5 s in each interval, until the peaks end."""
    sizer, replicas, sizes = StageSizer(StageTargets(10.0, down_s=down_s)), 1, []
    for second in range(lasts_s):
        peak = second < until_s and second % every_s >= every_s - 5
        replicas = max(1, sizer.size(float(second), StageLoad(replicas), 4.0 if peak else 0.5).replicas)
        sizes.append(replicas)
    return sizes


def test_a_peak_that_comes_back_is_waited_for() -> None:
    sizes = peaks(every_s=40, until_s=200, lasts_s=300, down_s=20)
    assert 1 in sizes[40:75], "the first time nobody knew"
    assert set(sizes[80:200]) == {4}
    assert sizes[200 + 51] == 1, "35 s between two peaks, and a quarter more"


def test_a_peak_that_comes_back_late_is_not_waited_for() -> None:
    sizes = peaks(every_s=120, until_s=600, lasts_s=600, down_s=20)
    assert all(1 in sizes[begin : begin + 115] for begin in (120, 240, 360, 480))
    steady = peaks(every_s=40, until_s=40, lasts_s=200, down_s=20)
    assert steady[40 + 20] == 1, "a single peak is kept for the delay"


def test_a_stage_without_a_need_comes_to_rest_and_wakes_at_the_first_call() -> None:
    sizer = StageSizer(TARGETS)
    assert sizes_of(sizer, [StageLoad(1)] * 21)[-1] == 0
    assert sizer.size(22.0, StageLoad(0, ongoing=0.2)).replicas == 1


# --- together ---------------------------------------------------------------------------------------------------------

STAGES = {"A": StageTargets(ongoing=10), "B": StageTargets(ongoing=5)}


def watched(forecast: Forecast, reports: list[Traffic], replicas: int = 1) -> tuple[GraphSizer, dict[str, int]]:
    """The sizer after a second for each report, and its last sizes."""
    sizer, sizes = GraphSizer(STAGES, forecast), {}
    for report in reports:
        sizes = sizer.sizes(report.at_s, report, {name: StageLoad(replicas) for name in STAGES})
    return sizer, {name: size.replicas for name, size in sizes.items()}


def steady(rate: float, seconds: int, begin: Traffic | None = None, units: float = 1.0) -> list[Traffic]:
    """Reports of a rate at which a unit takes 0.5 s in A and 1 s in B."""
    at, reports = begin or Traffic(0.0, busy_s={"A": 0.0, "B": 0.0}), []
    for n in range(seconds + 1):
        more = n * rate
        reports.append(
            Traffic(
                at.at_s + n, at.requests + more, at.units + units * more, at.done + units * more,
                {"A": at.busy_s["A"] + 0.5 * units * more, "B": at.busy_s["B"] + units * more},
            )
        )  # fmt: skip
    return reports


def test_a_burst_sizes_every_stage_at_once() -> None:
    calm = steady(10, 60)
    sizer, sizes = watched(Forecast(), calm + steady(100, 2, calm[-1])[1:])
    assert sizer.rate.burst == pytest.approx(100, rel=0.1)
    assert sizer.costs == pytest.approx({"A": 0.5, "B": 1.0})
    assert sizes == {"A": 5, "B": 19}


def test_work_and_not_requests_is_forecast() -> None:
    _, small = watched(Forecast(), steady(10, 60))
    _, large = watched(Forecast(), steady(5, 60, units=4.0))
    assert small == {"A": 1, "B": 2}
    assert large == {"A": 1, "B": 4}


def test_a_few_requests_at_once_are_no_burst() -> None:
    reports = steady(0, 10)
    last = reports[-1]
    for requests, most in ((1, 0.0), (4, 1.0)):
        sizer, _ = watched(Forecast(floor_s=300), [*reports, Traffic(11.0, requests, requests, 0, last.busy_s)])
        assert sizer.rate.burst <= most


def test_the_floor_is_the_mean_over_minutes_and_falls_in_silence() -> None:
    sizer, _ = watched(Forecast(floor_s=60), steady(10, 60))
    assert sizer.rate.floor == pytest.approx(10, rel=0.05)
    last = steady(10, 60)[-1]
    sizer.sizes(90.0, last, {"A": StageLoad(1)})  # the ingress has not reported for 30 s
    assert sizer.rate.floor == pytest.approx(5, rel=0.05)
    assert sizer.rate.burst < 1


def test_a_floor_of_few_seconds_is_the_mean_of_those() -> None:
    sizer, _ = watched(Forecast(floor_s=15, burst_s=2), steady(10, 60))
    assert sizer.rate.floor == pytest.approx(10, rel=0.05)


def test_refused_work_is_demand() -> None:
    """The gate refuses nine of ten: what asked for entry counts, and what it cost is known from the tenth."""
    reports = [Traffic(t, 100 * t, 100 * t, 10 * t, {"A": 5 * t, "B": 10 * t}) for t in map(float, range(61))]
    _, sizes = watched(Forecast(), reports)
    assert sizes == {"A": 5, "B": 20}


def test_the_first_request_wakes_every_stage() -> None:
    """Also where nothing is known of its costs, and before it has reached the later stages."""
    _, sizes = watched(Forecast(), [Traffic(0.0), Traffic(1.0, requests=1, units=1)], replicas=0)
    assert sizes == {"A": 1, "B": 1}


def test_a_planned_rate_is_there_before_its_traffic() -> None:
    known = steady(10, 60, Traffic(100_000.0 - 60, busy_s={"A": 0.0, "B": 0.0}))
    now_s = known[-1].at_s % 86_400
    plan = [PlannedRate(start_s=now_s + 60, end_s=now_s + 120, rate=200)]
    assert watched(Forecast(plan=plan, lead_s=10), known)[1] == {"A": 1, "B": 2}
    assert watched(Forecast(plan=plan, lead_s=61), known)[1] == {"A": 10, "B": 40}


@pytest.mark.parametrize(
    ("clock_s", "rate"),
    [(22 * 3600 - 61, 0), (22 * 3600 - 60, 7), (23 * 3600, 7), (86_400 + 1800, 7), (86_400 + 3600, 0), (12 * 3600, 0)],
)
def test_a_planned_rate_lasts_beyond_midnight(clock_s: float, rate: float) -> None:
    assert PlannedRate(22 * 3600, 3600, 7).at(5 * 86_400 + clock_s, lead_s=60) == rate


def test_a_planned_rate_may_fill_the_day_with_its_lead() -> None:
    assert all(PlannedRate(0, 23.5 * 3600, 7).at(hour * 3600, lead_s=1800) == 7 for hour in range(24))


def test_nothing_is_known_at_first() -> None:
    sizer, sizes = watched(Forecast(), [Traffic(0.0)])
    assert sizer.rate == Rate()
    assert sizes == {"A": 1, "B": 1}


# --- in a queue -------------------------------------------------------------------------------------------------------


def step(at_s: float) -> float:
    return 16.0 if 20 <= at_s < 70 else 2.0


def spikes(at_s: float) -> float:
    return 16.0 if at_s % 30 >= 20 else 2.0


TOGETHER = Forecast(floor_s=30, burst_s=2)


def together() -> Callable[[float, Traffic, Mapping[str, StageLoad]], dict[str, int]]:
    """The graph's policy as Serve runs it: with the mean of the calls over five seconds, and between bounds."""
    sizer = GraphSizer(dict.fromkeys("ABC", StageTargets(1.4, down_s=30)), TOGETHER)
    calls: dict[str, deque[float]] = {name: deque(maxlen=5) for name in "ABC"}

    def policy(now_s: float, traffic: Traffic, loads: Mapping[str, StageLoad]) -> dict[str, int]:
        for name, load in loads.items():
            calls[name].append(load.ongoing)
        means = {n: StageLoad(load.replicas, sum(calls[n]) / len(calls[n])) for n, load in loads.items()}
        return {name: min(8, max(1, s.replicas)) for name, s in sizer.sizes(now_s, traffic, means).items()}

    return policy


@pytest.mark.parametrize("rate", [step, spikes])
@pytest.mark.parametrize("seed", range(3))
def test_a_graph_follows_its_load_without_flaps(rate: Callable[[float], float], seed: int) -> None:
    stages = {"A": Stage(0.3, places=2), "B": Stage(0.5, places=2), "C": Stage(0.2, places=2)}
    arrivals = itertools.takewhile(lambda at_s: at_s < 150, poisson(rate, 16.0, seed))
    outcome = simulate(stages, arrivals, 150, together())
    assert outcome.late(2.0) < 0.2 * len(outcome.latency_s)
    for stage in stages.values():
        changes = [after - before for before, after in itertools.pairwise([1, *(size for _, size in stage.sizes)])]
        signs = [sign for sign, _ in itertools.groupby(changes, lambda change: change > 0)]
        assert signs in ([True], [True, False]), "it grows, and at most once it shrinks"
    first_growth = [stage.sizes[0][0] for stage in stages.values()]
    assert max(first_growth) - min(first_growth) <= 2, "no stage waits for the one before it"
