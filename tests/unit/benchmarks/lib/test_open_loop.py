"""The runner in virtual time: when requests are sent, what their latency counts from, and what is never dropped."""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time

import pytest

from benchmarks.lib.open_loop import (
    ARRIVALS,
    Backlog,
    Even,
    Limits,
    Outcome,
    Poisson,
    Reply,
    Run,
    Sample,
    closed_loop,
    open_loop,
)
from tests.unit.benchmarks.lib.virtual_time import Scripted, run

SLO_S = 10.0


def test_even_arrivals_and_poisson_ones_have_their_rate_and_a_seed_repeats_them() -> None:
    assert list(itertools.islice(Even(4.0).times(), 4)) == [0.0, 0.25, 0.5, 0.75]
    drawn = list(itertools.islice(Poisson(50.0, seed=3).times(), 5001))
    gaps = [b - a for a, b in itertools.pairwise(drawn)]
    assert min(gaps) > 0
    assert statistics.fmean(gaps) == pytest.approx(1 / 50, rel=0.05)
    # Of an exponential distribution mean and deviation are equal; evenly spaced ones have none.
    assert statistics.stdev(gaps) == pytest.approx(1 / 50, rel=0.1)
    assert drawn == list(itertools.islice(Poisson(50.0, seed=3).times(), 5001))
    assert drawn[:10] != list(itertools.islice(Poisson(50.0, seed=4).times(), 10))
    assert set(ARRIVALS) == {"even", "poisson"}


def test_slow_answers_do_not_hold_back_the_requests_after_them() -> None:
    async def measure() -> tuple[Scripted, list[float]]:
        target = Scripted(lambda i: 3.0 if i == 0 else 0.1)
        done = await open_loop(target, Even(2.0), Limits(duration_s=4.0, timeout_s=60), SLO_S)
        return target, [s.latency_ms for s in done.samples]

    target, latencies = run(measure())
    assert target.sent == pytest.approx({i: i / 2 for i in range(8)})
    assert latencies == pytest.approx([3000, *[100] * 7])


def test_latency_counts_from_the_intended_start_when_the_generator_itself_is_late() -> None:
    async def measure() -> list[tuple[float, float]]:
        loop = asyncio.get_running_loop()

        class Blocking(Scripted):
            async def send(self, index: int, timeout_s: float) -> Reply:
                if index == 1:  # the generator's own loop is held for 40 ms of real time
                    time.sleep(0.04)  # noqa: ASYNC251
                return await super().send(index, timeout_s)

        began = loop.time()
        done = await open_loop(Blocking(lambda _: 0.001), Even(100.0), Limits(0.06, 5.0), SLO_S)
        assert loop.time() - began >= 0.05
        return [(s.lag_ms, s.latency_ms) for s in done.samples]

    samples = asyncio.run(measure())  # in real time: a blocked loop is the point
    late = samples[2]  # due 10 ms after the one that blocked
    assert late[0] >= 25
    assert late[1] >= late[0]
    assert len(samples) == 6


def test_a_queue_in_front_of_one_slow_server_shows_in_the_latencies() -> None:
    """A closed loop would report 200 ms for each; users who come every 100 ms wait longer and longer."""

    async def measure() -> list[float]:
        target = Scripted(lambda _: 0.2, serial=True)
        done = await open_loop(target, Even(10.0), Limits(duration_s=1.0, timeout_s=60), SLO_S)
        return [s.latency_ms for s in done.samples]

    assert run(measure()) == pytest.approx([200 + 100 * n for n in range(10)])


def test_what_is_not_answered_counts_at_the_timeout_and_nothing_is_dropped() -> None:
    def reply(index: int) -> Reply:
        if index == 3:
            raise RuntimeError("the connection broke")
        return Reply(Outcome.SHED, "429") if index == 2 else Reply(Outcome.OK)

    async def measure() -> list[tuple[Outcome, float]]:
        target = Scripted(lambda i: 99.0 if i == 1 else 0.1, reply)
        done = await open_loop(target, Even(1.0), Limits(duration_s=5.0, timeout_s=2.0), SLO_S)
        assert [s.index for s in done.samples] == [0, 1, 2, 3, 4]
        assert done.samples[3].reply.code == "RuntimeError"
        return [(s.reply.outcome, s.latency_ms) for s in done.samples]

    samples = run(measure())
    assert [outcome for outcome, _ in samples] == ["ok", "timeout", "shed", "error", "ok"]
    assert 2000 <= samples[1][1] <= 2101


def test_beyond_max_in_flight_requests_are_counted_as_unsent_at_the_timeout() -> None:
    async def measure() -> tuple[Scripted, list[tuple[Outcome, float]]]:
        target = Scripted(lambda _: 1.0)
        limits = Limits(duration_s=1.0, timeout_s=7.0, max_in_flight=3)
        done = await open_loop(target, Even(10.0), limits, SLO_S)
        return target, [(s.reply.outcome, s.latency_ms) for s in done.samples]

    target, samples = run(measure())
    assert target.most == 3
    assert [outcome for outcome, _ in samples] == ["ok"] * 3 + ["unsent"] * 7
    assert [ms for _, ms in samples[3:]] == pytest.approx([7000.0] * 7)


def test_it_is_bounded_in_count_and_says_so() -> None:
    async def measure() -> tuple[int, str, float]:
        limits = Limits(duration_s=100.0, timeout_s=1.0, max_requests=20)
        done = await open_loop(Scripted(lambda _: 0.0), Even(10.0), limits, SLO_S)
        return len(done.samples), done.stopped, done.end_s

    assert run(measure()) == (20, "max_requests", pytest.approx(2.0))


def test_it_stops_when_requests_pile_up_and_waits_for_those_under_way() -> None:
    async def measure() -> tuple[str, float, set[Outcome], int]:
        target = Scripted(lambda _: 0.1, serial=True)  # 10/s, offered 50/s
        done = await open_loop(target, Even(50.0), Limits(duration_s=60.0, timeout_s=30.0), slo_s=0.5)
        return done.stopped, done.end_s, {s.reply.outcome for s in done.samples}, target.under_way

    stopped, end_s, outcomes, under_way = run(measure())
    assert stopped == "over-saturation"
    assert end_s < 3
    assert (outcomes, under_way) == ({Outcome.OK}, 0)


@pytest.mark.parametrize("rate", [8.0, 9.0])
def test_a_load_below_capacity_is_never_called_over_saturated(rate: float) -> None:
    async def measure() -> str:
        target = Scripted(lambda _: 0.1, serial=True)
        return (await open_loop(target, Poisson(rate, seed=1), Limits(60.0, 30.0), slo_s=2.0)).stopped

    assert run(measure()) == ""


def test_a_large_backlog_that_shrinks_is_no_over_saturation() -> None:
    backlog = Backlog(rate=10.0, slo_s=1.0)
    assert not any(backlog.grows(n / 10, 100 - n) for n in range(50))
    assert any(backlog.grows(5 + n / 10, 60 + n) for n in range(50))


def test_a_closed_loop_keeps_so_many_under_way_and_counts_its_last_ones() -> None:
    async def measure() -> tuple[int, int, float]:
        target = Scripted(lambda _: 0.3)
        done = await closed_loop(target, 4, Limits(duration_s=1.0, timeout_s=5.0))
        return target.most, len(done.samples), done.end_s

    most, count, end_s = run(measure())
    assert (most, count) == (4, 16)
    assert end_s == pytest.approx(1.2)


def test_a_watch_sees_every_request_and_may_end_the_run() -> None:
    class Watch:
        def __init__(self) -> None:
            self.seen: list[int] = []

        def saw(self, sample: Sample) -> None:
            self.seen.append(sample.index)

        def enough(self) -> bool:
            return len(self.seen) >= 3

    async def measure() -> tuple[Run, Watch]:
        watch = Watch()
        target = Scripted(lambda _: 0.1)
        return await open_loop(target, Even(2.0), Limits(duration_s=60.0, timeout_s=60), watch=watch), watch

    done, watch = run(measure())
    assert watch.seen == [s.index for s in done.samples] == [0, 1, 2]
    assert (done.end_s, done.stopped) == (1.5, "")
