"""A graph of queues on simulated time, and the policy that sizes it: seconds of load in milliseconds.

A replica serves `places` calls at a time and takes `start_s` to start. Calls pass the stages in order, first come,
first served.
"""

from __future__ import annotations

import heapq
import random
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from serve_app.autoscaling.policy import StageLoad, Traffic

TICK_S = 1.0


@dataclass
class Stage:
    """service_s: of one call. starting: when the replicas that were asked for are ready."""

    service_s: float
    places: int
    replicas: int = 1
    start_s: float = 3.0
    starting: list[float] = field(default_factory=list)
    busy: int = 0
    queue: deque[int] = field(default_factory=deque)
    busy_s: float = 0.0
    sizes: list[tuple[float, int]] = field(default_factory=list)

    @property
    def asked(self) -> int:
        return self.replicas + len(self.starting)

    @property
    def ongoing(self) -> int:
        return self.busy + len(self.queue)

    def resize(self, now_s: float, size: int) -> None:
        if size != self.asked:
            self.sizes.append((now_s, size))
        while self.asked < size:
            self.starting.append(now_s + self.start_s)
        while self.asked > size:
            if self.starting:
                self.starting.pop()
            else:
                self.replicas -= 1


Policy = Callable[[float, Traffic, Mapping[str, StageLoad]], Mapping[str, int]]


@dataclass
class Outcome:
    """latency_s: of each request by its arrival. replica_s: by all stages together."""

    latency_s: dict[float, float]
    replica_s: float

    def late(self, limit_s: float) -> int:
        return sum(latency_s > limit_s for latency_s in self.latency_s.values())


def simulate(stages: dict[str, Stage], arrivals: Iterable[float], lasts_s: float, policy: Policy) -> Outcome:
    """Run the graph until all have left. The policy is asked every second and answers with the replicas of stages."""
    names, latency_s, replica_s = list(stages), {}, 0.0
    requests = [at_s for at_s in arrivals if at_s < lasts_s]
    # (time, order, what, request, stage): the order keeps entries of one instant apart.
    events: list[tuple[float, int, str, int, int]] = [(at_s, n, "call", n, 0) for n, at_s in enumerate(requests)]
    number, ticks = len(events), 0
    heapq.heapify(events)
    heapq.heappush(events, (0.0, -1, "tick", 0, 0))
    asked = done = 0

    def start(stage: Stage, now_s: float, place: int) -> None:
        nonlocal number
        while stage.queue and stage.busy < stage.replicas * stage.places:
            stage.busy += 1
            number += 1
            heapq.heappush(events, (now_s + stage.service_s, number, "end", stage.queue.popleft(), place))

    while events:
        now_s, _, what, request, place = heapq.heappop(events)
        stage = stages[names[place]]
        if what == "call":
            asked += place == 0
            stage.queue.append(request)
        elif what == "end":
            stage.busy -= 1
            stage.busy_s += stage.service_s
            if place + 1 < len(names):
                number += 1
                heapq.heappush(events, (now_s, number, "call", request, place + 1))
            else:
                done += 1
                latency_s[requests[request]] = now_s - requests[request]
        else:
            if ticks % 10 == 0:
                loads = {name: StageLoad(each.asked, each.ongoing) for name, each in stages.items()}
                busy_s = {name: each.busy_s for name, each in stages.items()}
                for name, size in policy(now_s, Traffic(now_s, asked, asked, done, busy_s), loads).items():
                    stages[name].resize(now_s, size)
            ticks += 1
            for each in stages.values():
                ready = [at_s for at_s in each.starting if at_s <= now_s]
                each.replicas += len(ready)
                each.starting = [at_s for at_s in each.starting if at_s > now_s]
                replica_s += each.asked * TICK_S / 10 if now_s < lasts_s else 0.0
            if now_s < lasts_s or len(latency_s) < len(requests):
                heapq.heappush(events, (now_s + TICK_S / 10, -1, "tick", 0, 0))
            for n, each in enumerate(stages.values()):
                start(each, now_s, n)
            continue
        start(stage, now_s, place)
    return Outcome(latency_s, replica_s)


def poisson(rate: Callable[[float], float], highest: float, seed: int = 0) -> Iterator[float]:
    """Arrivals at a rate that changes with time: drawn at the highest, kept by the rate of the moment."""
    draw = random.Random(seed)
    at_s = 0.0
    while True:
        at_s += draw.expovariate(highest)
        if draw.random() < rate(at_s) / highest:
            yield at_s
