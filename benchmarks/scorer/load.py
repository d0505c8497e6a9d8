"""Load on a variant of the scorer: as much as it takes, or calls at set times."""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.scorer.variants import Meter, Ran, Row, Variant


@dataclass(frozen=True)
class Workload:
    """Copies of mixed lengths, in calls of a few."""

    rows: Sequence[Row]
    copies_per_call: int

    @property
    def mean_tokens(self) -> float:
        return statistics.fmean(row.tokens for row in self.rows)

    def calls(self) -> Iterator[Sequence[Row]]:
        """Without end, always the same."""
        starts = range(0, len(self.rows) - self.copies_per_call + 1, self.copies_per_call)
        return (self.rows[at : at + self.copies_per_call] for at in itertools.cycle(starts))


def lengths(count: int, longest: int, seed: int = 0) -> list[int]:
    """Tokens of made-up copies: log-normal, median 24, deviation 0.5 of the logarithm, from 6 to `longest`.

    About what a title with or without a body takes: most are one line, a few are several.
    """
    drawn = np.random.default_rng(seed).lognormal(np.log(24.0), 0.5, count)
    return [int(n) for n in np.clip(np.rint(drawn), 6, longest)]


@dataclass(frozen=True)
class Saturated:
    """A variant that always has enough to do.

    copies_per_s: tokens computed a second, over the mean tokens of a copy, so that which copies came does not matter.
    busy: share of the time in which the device computed; gap_us: median time between two forwards.
    """

    copies_per_s: float
    mean_batch: float
    padding_efficiency: float
    busy: float
    gap_us: float
    batches: int


def summary(ran: Sequence[Ran], since_s: float, mean_tokens: float) -> Saturated:
    """From `since_s`, the end of a forward, to the end of the last of `ran`, which ran after it."""
    seconds = ran[-1].ended_s - since_s
    tokens = sum(r.tokens for r in ran)
    gaps = [after.began_s - before.ended_s for before, after in itertools.pairwise(ran)]
    return Saturated(
        copies_per_s=tokens / seconds / mean_tokens,
        mean_batch=statistics.fmean(r.items for r in ran),
        padding_efficiency=tokens / sum(r.padded for r in ran),
        busy=sum(r.ended_s - r.began_s for r in ran) / seconds,
        gap_us=statistics.median(gaps) * 1e6 if gaps else 0.0,
        batches=len(ran),
    )


async def saturate(
    variant: Variant, meter: Meter, work: Workload, *, outstanding: int, warm_s: float, seconds: float
) -> Saturated:
    """Keep so many copies outstanding; measured after `warm_s`."""
    calls = work.calls()

    async def caller() -> None:
        while True:
            await variant.score(next(calls))

    await variant.start()
    callers = [asyncio.create_task(caller()) for _ in range(max(1, outstanding // work.copies_per_call))]
    try:
        await _unless_failed(callers, warm_s)
        while not meter.ran:
            await _unless_failed(callers, 0.01)
        first = len(meter.ran)
        await _unless_failed(callers, seconds)
        while len(meter.ran) < first + 2:
            await _unless_failed(callers, 0.01)
        ran = meter.ran[first - 1 :]
    finally:
        for task in callers:
            task.cancel()
        await asyncio.gather(*callers, return_exceptions=True)
        await variant.stop()
    return summary(ran[1:], ran[0].ended_s, work.mean_tokens)


async def _unless_failed(callers: Sequence[asyncio.Task[None]], seconds: float) -> None:
    """Wait; a caller never ends unless it has failed, and then there is nothing to measure."""
    done, _ = await asyncio.wait(callers, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()


@dataclass(frozen=True)
class Latencies:
    """Latencies of calls offered at set times, in ms from the INTENDED time of sending. lag: lateness of sending."""

    p50_ms: float
    p99_ms: float
    lag_p99_ms: float
    calls: int
    mean_batch: float
    raw_ms: Sequence[float]


async def offer(
    variant: Variant, meter: Meter, work: Workload, *, copies_per_s: float, warm_s: float, seconds: float, seed: int
) -> Latencies:
    """Calls arrive by a Poisson process, whatever becomes of those before them. Those of the warm-up do not count."""
    rate = copies_per_s / work.copies_per_call
    draw = np.random.default_rng(seed)
    offsets = np.cumsum(draw.exponential(1 / rate, max(1, int(rate * (warm_s + seconds)))))
    calls = work.calls()
    latencies: list[float] = []
    lags: list[float] = []

    async def one(rows: Sequence[Row], intended_s: float, counts: bool) -> None:
        sent_s = time.monotonic()
        await variant.score(rows)
        if counts:
            latencies.append(time.monotonic() - intended_s)
            lags.append(sent_s - intended_s)

    await variant.start()
    began_s = time.monotonic()
    try:
        async with asyncio.TaskGroup() as group:
            for offset in offsets:
                wait_s = began_s + offset - time.monotonic()
                if wait_s > 0:
                    await asyncio.sleep(wait_s)
                group.create_task(one(next(calls), began_s + offset, bool(offset > warm_s)))
    finally:
        await variant.stop()
    p50, p99 = np.quantile(latencies, [0.5, 0.99]) * 1000
    return Latencies(
        p50_ms=float(p50),
        p99_ms=float(p99),
        lag_p99_ms=float(np.quantile(lags, 0.99) * 1000),
        calls=len(latencies),
        mean_batch=statistics.fmean(r.items for r in meter.ran),
        raw_ms=[1000 * s for s in latencies],
    )
