"""A stage of the simulated graph: calls as a fluid that waits, is served and leaves; replicas that start and stop."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from benchmarks.simulate.starts import Starts

_TINY = 1e-9


@dataclass(frozen=True)
class StageModel:
    """What a stage can do. A replica serves `places` calls at a time, each in `service_s`.

    target: calls that a replica should hold. start_s: from the decision to the first call, of a replica that starts
    alone. stop_s: how long a replica that is stopped keeps its resources. gpus: of a replica.
    refill_s: where calls wait for a place, how long one that becomes free stays so.
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
    refill_s: float = 0.0

    @property
    def rate(self) -> float:
        """Calls a second of one replica."""
        return self.places / self.service_s


class SimulatedStage:
    """One stage, tick by tick. A tick is `dt` seconds long."""

    def __init__(self, model: StageModel, dt: float, running: int, starts: Starts) -> None:
        self.model = model
        self._starts = starts
        self._dt = dt
        # A call leaves after a whole number of ticks: a share of them after one more, so that the mean is right.
        self._lag, self._later = divmod(round(model.service_s / dt, 6), 1)
        self._leaving: deque[float] = deque([0.0] * (int(self._lag) + 1))
        self._stopping: deque[tuple[float, int]] = deque()
        self.target = self.running = min(max(running, model.least), model.most)
        self.queue = 0.0
        """Calls that wait for a place."""
        self._empty: deque[tuple[float, float]] = deque()
        """Places that the router has not seen yet, and until when."""
        self.in_service = 0.0

    @property
    def ongoing(self) -> float:
        return self.queue + self.in_service

    @property
    def starting(self) -> int:
        return self._starts.of(self.model.name)

    @property
    def present(self) -> int:
        """Replicas that hold their resources: running, starting and stopping ones."""
        return self.running + self.starting + sum(count for _, count in self._stopping)

    def resize(self, now_s: float, replicas: int) -> None:
        """Take a new target, within the bounds. Serve stops replicas that are starting before those that run."""
        replicas = min(max(replicas, self.model.least), self.model.most)
        more = replicas - self.target
        self.target = replicas
        if more > 0:
            self._starts.add(self.model.name, more, self.model.start_s)
        elif more < 0:
            less = -more - self._starts.cancel(self.model.name, -more)
            self.running -= less
            if less:
                self._stopping.append((now_s + self.model.stop_s, less))

    def tick(self, now_s: float, arrived: float, ready: int = 0) -> float:
        """Return the calls that leave in this tick. `arrived` may be served in it. ready: replicas that have started.

        `starts` says which: whoever ticks the stages ticks it before them.
        """
        self.running += ready
        while self._stopping and self._stopping[0][0] <= now_s:
            self._stopping.popleft()
        if not self._lag:  # a call takes less than a tick
            waiting = self.queue + arrived
            left = begun = min(waiting, self.running * self.model.places * self._dt / self.model.service_s)
            self.in_service = begun * self.model.service_s / self._dt
            self.queue = waiting - begun
        else:
            left = self._leaving.popleft()
            self.in_service -= left
            begun = self._begin(now_s, arrived, left)
            self._leaving.append(begun * self._later)
            self._leaving[-2] += begun * (1 - self._later)
        return left

    def _begin(self, now_s: float, arrived: float, left: float) -> float:
        """Take what arrived, and begin what there are places for. left: places that have just become free."""
        self.queue += arrived
        if self.model.refill_s and left and self.queue > _TINY:
            self._empty.append((now_s + self.model.refill_s, left))
        while self._empty and self._empty[0][0] <= now_s + _TINY:
            self._empty.popleft()
        taken = self.in_service + sum(places for _, places in self._empty)
        begun = min(self.queue, max(0.0, self.running * self.model.places - taken))
        self.queue -= begun
        self.in_service += begun
        return begun
