"""A stage of the simulated graph: calls as a fluid that waits, is served and leaves; replicas that start and stop."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True)
class StageModel:
    """What a stage can do. A replica serves `places` calls at a time, each in `service_s`.

    target: calls that a replica should hold. start_s: from the decision to the first call. stop_s: how long a replica
    that is stopped keeps its resources. gpus: of a replica.
    """

    name: str
    places: float
    service_s: float
    target: float
    least: int = 1
    most: int = 8
    start_s: float = 3.0
    stop_s: float = 3.0
    gpus: float = 0.0

    @property
    def rate(self) -> float:
        """Calls a second of one replica."""
        return self.places / self.service_s


class SimulatedStage:
    """One stage, tick by tick. A tick is `dt` seconds long."""

    def __init__(self, model: StageModel, dt: float, running: int) -> None:
        self.model = model
        self._dt = dt
        # A call leaves after a whole number of ticks: a share of them after one more, so that the mean is right.
        self._lag, self._later = divmod(model.service_s / dt, 1)
        self._leaving: deque[float] = deque([0.0] * (int(self._lag) + 1))
        self._starting: deque[tuple[float, int]] = deque()
        self._stopping: deque[tuple[float, int]] = deque()
        self.target = self.running = min(max(running, model.least), model.most)
        self.queue = 0.0
        self.in_service = 0.0
        self.busy_s = 0.0
        """Seconds of service of the calls that have left."""

    @property
    def ongoing(self) -> float:
        return self.queue + self.in_service

    @property
    def present(self) -> int:
        """Replicas that hold their resources: running, starting and stopping ones."""
        return self.running + sum(n for _, n in self._starting) + sum(n for _, n in self._stopping)

    def resize(self, now_s: float, replicas: int) -> None:
        """Take a new target, within the bounds. Serve stops replicas that are starting before those that run."""
        replicas = min(max(replicas, self.model.least), self.model.most)
        more = replicas - self.target
        self.target = replicas
        if more > 0:
            self._starting.append((now_s + self.model.start_s, more))
        while more < 0 and self._starting:
            ready_s, count = self._starting.pop()
            if count > -more:
                self._starting.append((ready_s, count + more))
            more = min(0, more + count)
        if more < 0:
            self.running += more
            self._stopping.append((now_s + self.model.stop_s, -more))

    def tick(self, now_s: float, arrived: float) -> float:
        """Return the calls that leave in this tick. `arrived` may be served in it."""
        while self._starting and self._starting[0][0] <= now_s:
            self.running += self._starting.popleft()[1]
        while self._stopping and self._stopping[0][0] <= now_s:
            self._stopping.popleft()
        waiting = self.queue + arrived
        places = self.running * self.model.places
        if self._lag:
            left = self._leaving.popleft()
            self.in_service -= left
            begun = min(waiting, max(0.0, places - self.in_service))
            self._leaving.append(begun * self._later)
            self._leaving[-2] += begun * (1 - self._later)
            self.in_service += begun
        else:  # a call takes less than a tick
            left = begun = min(waiting, places * self._dt / self.model.service_s)
            self.in_service = begun * self.model.service_s / self._dt
        self.queue = waiting - begun
        self.busy_s += left * self.model.service_s
        return left
