"""Offer requests to a target: open loop, where arrivals do not wait for answers, and closed loop beside it.

In an open loop request i starts when the arrival process says so, and its latency counts from that INTENDED start,
whether or not the generator kept up: a slow answer cannot thin out the load and hide its own tail (coordinated
omission, Tene 2013). Every request that was due is in the result; one that was not answered counts at the timeout.

The clock is the event loop's, so a test may bring a loop of its own.
"""

from __future__ import annotations

import asyncio
import itertools
import math
import random
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, NamedTuple, Protocol


class Outcome(StrEnum):
    OK = "ok"
    SHED = "shed"  # refused for want of room, before any work
    TIMEOUT = "timeout"
    ERROR = "error"
    UNSENT = "unsent"  # due while the generator was at `max_in_flight`


class StageMs(NamedTuple):
    wall: float
    queue: float
    compute: float


@dataclass(frozen=True)
class Reply:
    """The answer of a target to one request. code: the protocol's code of a failure."""

    outcome: Outcome
    code: str = ""
    degraded: bool = False
    stages: Mapping[str, StageMs] = field(default_factory=dict)


class Target(Protocol):
    """A receiver of load. `send` turns every failure it expects into a Reply."""

    async def send(self, index: int, timeout_s: float) -> Reply: ...


@dataclass(frozen=True)
class Sample:
    """One request. Times in seconds since the run began; `latency_ms` counts from the intended start."""

    index: int
    intended_s: float
    sent_s: float
    done_s: float
    reply: Reply

    @property
    def latency_ms(self) -> float:
        return (self.done_s - self.intended_s) * 1000

    @property
    def lag_ms(self) -> float:
        """Lateness of the load generator itself."""
        return (self.sent_s - self.intended_s) * 1000


@dataclass(frozen=True)
class Run:
    """All samples, warm-up included, in the order they were due.

    end_s: when the last request was due to be offered. stopped: why it ended early; empty when it did not.
    """

    samples: tuple[Sample, ...]
    warm_up_s: float
    end_s: float
    stopped: str = ""

    @property
    def measured(self) -> list[Sample]:
        return [s for s in self.samples if s.intended_s >= self.warm_up_s]

    @property
    def window_s(self) -> float:
        return max(0.0, self.end_s - self.warm_up_s)


class Watch(Protocol):
    """An observer of a run, which may end it before its time."""

    def saw(self, sample: Sample) -> None:
        """Take note of a request that is done."""

    def enough(self) -> bool:
        """Whether no more requests are to be offered."""


# --- when requests are due --------------------------------------------------------------------------------------------


class Arrivals(Protocol):
    @property
    def rate(self) -> float:
        """Requests a second, on average."""

    def times(self) -> Iterator[float]:
        """Intended starts in seconds since the run began, ascending, without end."""


@dataclass(frozen=True)
class Poisson:
    """Independent arrivals, as of many users who know nothing of each other."""

    rate: float
    seed: int = 0
    kind = "poisson"

    def times(self) -> Iterator[float]:
        draw = random.Random(self.seed)  # noqa: S311 - load, not secrets
        at = 0.0
        while True:
            at += draw.expovariate(self.rate)
            yield at


@dataclass(frozen=True)
class Even:
    """One request every 1/rate seconds: the kindest load there is."""

    rate: float
    seed: int = 0
    kind = "even"

    def times(self) -> Iterator[float]:
        return (n / self.rate for n in itertools.count())


ARRIVALS: Final = {kind.kind: kind for kind in (Poisson, Even)}


# --- when to stop -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Limits:
    """Bounds of a run. A request is given up `timeout_s` after its intended start."""

    duration_s: float
    timeout_s: float
    warm_up_s: float = 0.0
    max_requests: int = 20_000
    max_in_flight: int = 1_000


class Backlog:
    """Over-saturation: requests pile up faster than they are answered.

    By Little's law a service that answers within the SLO has rate x slo_s requests in flight on average. Beyond twice
    that, and with more of them than a window before, latency only measures how long the load has lasted.
    """

    _FEWEST: Final = 16

    def __init__(self, rate: float, slo_s: float, window_s: float = 1.0) -> None:
        self._bound = max(self._FEWEST, 2 * rate * slo_s)
        self._window_s = window_s
        self._seen: deque[tuple[float, int]] = deque()

    def grows(self, now_s: float, in_flight: int) -> bool:
        """Note the requests in flight at this instant; True when the run has nothing more to tell."""
        self._seen.append((now_s, in_flight))
        while len(self._seen) > 1 and self._seen[1][0] <= now_s - self._window_s:
            self._seen.popleft()
        then_s, then = self._seen[0]
        return in_flight > self._bound and now_s - then_s >= self._window_s and in_flight > then


# --- the loops --------------------------------------------------------------------------------------------------------


class _Recorder:
    """Sends single requests and keeps what became of them."""

    def __init__(self, target: Target, timeout_s: float, watch: Watch | None = None) -> None:
        self._target = target
        self._timeout_s = timeout_s
        self._watch = watch
        self._clock = asyncio.get_running_loop().time
        self._begin = self._clock()
        self.samples: list[Sample] = []

    def now_s(self) -> float:
        return self._clock() - self._begin

    async def send(self, index: int, intended_s: float) -> None:
        sent_s = self.now_s()
        left_s = self._timeout_s - (sent_s - intended_s)
        if left_s <= 0:
            self._keep(Sample(index, intended_s, sent_s, sent_s, Reply(Outcome.TIMEOUT, "SENT_TOO_LATE")))
            return
        try:
            # The target's own deadline should fire first; a target that has none must not hold the run.
            async with asyncio.timeout(left_s + 0.1):
                reply = await self._target.send(index, left_s)
        except TimeoutError:
            reply = Reply(Outcome.TIMEOUT, "NO_ANSWER")
        except Exception as error:  # noqa: BLE001 - whatever a target raises is a failed request, and is counted
            reply = Reply(Outcome.ERROR, type(error).__name__)
        self._keep(Sample(index, intended_s, sent_s, self.now_s(), reply))

    def unsent(self, index: int, intended_s: float) -> None:
        now_s = self.now_s()
        self._keep(Sample(index, intended_s, now_s, now_s, Reply(Outcome.UNSENT, "MAX_IN_FLIGHT")))

    def _keep(self, sample: Sample) -> None:
        if sample.reply.outcome in (Outcome.TIMEOUT, Outcome.UNSENT):
            sample = replace(sample, done_s=max(sample.done_s, sample.intended_s + self._timeout_s))
        self.samples.append(sample)
        if self._watch is not None:
            self._watch.saw(sample)

    def run(self, limits: Limits, end_s: float, stopped: str = "") -> Run:
        ordered = sorted(self.samples, key=lambda s: s.intended_s)
        return Run(tuple(ordered), limits.warm_up_s, end_s, stopped)


async def open_loop(
    target: Target, arrivals: Arrivals, limits: Limits, slo_s: float = math.inf, watch: Watch | None = None
) -> Run:
    """Offer requests as they are due, until a limit, over-saturation or `watch`; then wait for those in flight."""
    recorder, backlog = _Recorder(target, limits.timeout_s, watch), Backlog(arrivals.rate, slo_s)
    pending: set[asyncio.Task[None]] = set()
    end_s, stopped = limits.duration_s, ""
    try:
        for index, due_s in enumerate(arrivals.times()):
            if due_s >= limits.duration_s:
                break
            if index >= limits.max_requests:
                end_s, stopped = due_s, "max_requests"
                break
            await asyncio.sleep(max(0.0, due_s - recorder.now_s()))
            if watch is not None and watch.enough():
                end_s = due_s
                break
            if backlog.grows(due_s, len(pending)):
                end_s, stopped = due_s, "over-saturation"
                break
            if len(pending) >= limits.max_in_flight:
                recorder.unsent(index, due_s)
                continue
            task = asyncio.create_task(recorder.send(index, due_s))
            pending.add(task)
            task.add_done_callback(pending.discard)
        await asyncio.gather(*pending)
    finally:
        for task in pending:
            task.cancel()
    return recorder.run(limits, end_s, stopped)


async def closed_loop(target: Target, concurrency: int, limits: Limits) -> Run:
    """Keep `concurrency` requests in flight: throughput at saturation, or latency without any queue at 1.

    A request in flight when the time is up is waited for and counted, and so is the time that it took.
    """
    recorder = _Recorder(target, limits.timeout_s)
    indices = iter(range(limits.max_requests))

    async def user() -> None:
        while (now_s := recorder.now_s()) < limits.duration_s:
            index = next(indices, None)
            if index is None:
                return
            await recorder.send(index, now_s)

    async with asyncio.TaskGroup() as users:
        for _ in range(concurrency):
            users.create_task(user())
    return recorder.run(limits, recorder.now_s())
