"""What the calls of a stage learn of its replicas: which of them are lost, and which model each serves."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Final

from deployments.deadline import Route
from deployments.types import StageRevision

# Until Serve has replaced it, a lost replica has the shortest queue; and a replica may change its model at any time.
_AVOIDED_S: Final = 5.0


class LostReplicas:
    """Replicas that failed a call because they are lost. Other calls avoid them for some seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until_s: dict[str, float] = {}

    def lost(self, route: Route) -> None:
        if route.replica:
            self._until_s[route.replica] = self._clock() + _AVOIDED_S

    def avoided(self) -> frozenset[str]:
        now_s = self._clock()
        self._until_s = {replica: until_s for replica, until_s in self._until_s.items() if until_s > now_s}
        return frozenset(self._until_s)


class Revisions:
    """The model that most replicas serve, of equally many the one that appeared last. Calls keep to it.

    A change of models that fails on some replicas leaves two of them, and rewards of two models do not compare.
    Replicas with another model are avoided, and asked again every few seconds whether they have changed.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._served: dict[str, tuple[StageRevision, float]] = {}  # by replica, with the time of its last answer
        self._appeared: list[StageRevision] = []

    def answered(self, route: Route, revision: StageRevision) -> bool:
        """Note an answer. Return whether it is of the model that calls keep to."""
        if not route.replica:  # the only one
            return True
        self._served = {replica: served for replica, served in self._served.items() if replica in route.running}
        self._served[route.replica] = (revision, self._clock())
        live = {served for served, _ in self._served.values()}
        self._appeared = [known for known in self._appeared if known in live]
        if revision not in self._appeared:
            self._appeared.append(revision)
        return revision == self._kept()

    def avoided(self) -> frozenset[str]:
        if len(self._appeared) < 2:
            return frozenset()
        kept, since_s = self._kept(), self._clock() - _AVOIDED_S
        return frozenset(r for r, (revision, at_s) in self._served.items() if revision != kept and at_s > since_s)

    def _kept(self) -> StageRevision:
        counts = Counter(revision for revision, _ in self._served.values())
        return max(self._appeared, key=lambda revision: (counts[revision], self._appeared.index(revision)))
