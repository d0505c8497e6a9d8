"""The concurrency limit: how much work one ingress replica may have in flight. Pure: it has no clock.

It follows Gradient2 of Netflix's concurrency-limits ("Performance Under Load", 2018; Gradient2Limit.java in
https://github.com/Netflix/concurrency-limits). For each window of finished requests:

    gradient = clamp(tolerance x unloaded latency / latency, 0.5, 1)
    limit    = 0.8 limit + 0.2 (gradient x limit + queue)

For a stage with c places whose call takes s, latency is s up to c in flight and grows in proportion beyond it, so the
limit settles near tolerance x c: enough to keep the places busy, and a short queue. What differs from Gradient2:

- It counts work, not requests, and compares a latency with that of requests of the same kind. A change of the mix of
  requests is no congestion.
- The unloaded latency is the mean of requests that saw at most half of the limit in flight. Gradient2's long-term mean
  rises with the latency of a lasting overload, and its limit with it. In a lasting overload `ceiling` is halved for a
  moment every ten seconds, so that there are such requests (as BBR's ProbeRTT does).
- A window lasts as long as a request, so that it shows what the last change did. At first, and after a few windows of
  unloaded latency, growth doubles with each window, up to half of the limit.
- Requests that run out of time say nothing of the latency. When more than a tenth of a window do, although they had as
  much time as an unloaded request takes, the limit shrinks by a tenth (AIMDLimit does this for each timeout).
- A request larger than the limit may run alone: see `Admission`.
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final

# Latency of a loaded graph over its unloaded one that is no congestion yet. As the unloaded latency is taken at half
# of the limit, the limit grows while twice the work in flight gives at least 2 / tolerance of the throughput: an engine
# that batches gets slower and more productive with every request.
_TOLERANCE: Final = 1.7
_SMOOTHING: Final = 0.2
_STEEPEST: Final = 0.5
_FASTEST_GROWTH: Final = 0.5
_CALM_WINDOWS: Final = 5
_FLAT: Final = 1.15
_WINDOW_REQUESTS: Final = 8
_WINDOW_S: Final = 0.1
_WINDOW_LATENCIES: Final = 4
_MISSED_SHARE: Final = 0.1
_AFTER_MISSES: Final = 0.9
# Weight of a new unloaded latency in its mean; of the few that a probe finds.
_NEW: Final = 0.1
_NEW_PROBED: Final = 0.5
# A probe ends with so many unloaded requests, or after so many latencies; it takes under a tenth of the time. It comes
# early when the limit has shrunk to so much: perhaps the graph is slower, and not overloaded.
_PROBE_EVERY_S: Final = 10.0
_PROBE_REQUESTS: Final = 4
_PROBE_LATENCIES: Final = 3.0
_PROBE_SHARE: Final = 0.1
_SHRUNK: Final = 0.7


@dataclass
class _Window:
    """What some requests showed. seconds: what they took; expected: what they would have taken unloaded."""

    count: int = 0
    missed: int = 0
    seconds: float = 0.0
    expected: float = 0.0
    work: float = 0.0
    longest_s: float = 0.0
    limited: bool = False
    began_s: float | None = None


class ConcurrencyLimit:
    """The limit in units of work. initial: before anything was measured."""

    def __init__(self, initial: float) -> None:
        self.value = initial
        self._unloaded: dict[Hashable, float] = {}
        self._unloaded_at_s: float | None = None
        self._unloaded_value = initial
        self._calm = _CALM_WINDOWS
        self._probe_until_s: float | None = None
        self._probed = 0
        self._window = _Window()

    @property
    def probing(self) -> bool:
        return self._probe_until_s is not None

    def ceiling(self, now_s: float) -> float:
        """The work that may be in flight at this instant."""
        if self._probe_until_s is not None and now_s >= self._probe_until_s:
            self._end_probe(now_s)
        return self.value / 2 if self.probing else self.value

    def observe(
        self,
        kind: Hashable,
        work: float,
        seconds: float,
        in_flight: float,
        now_s: float,
        *,
        limited: bool = True,
        missed: bool = False,
    ) -> None:
        """Learn from a request that has ended.

        kind: requests of one kind have about the same latency; there must be few kinds. in_flight: the most work that
        the request has seen in flight, with its own. limited: others waited for room. missed: it ran out of time.
        """
        window, unloaded = self._window, self._unloaded.get(kind)
        if missed:
            if unloaded is not None and seconds < unloaded:
                return  # it had less time than even an unloaded one takes
            window.missed += 1
        elif unloaded is None or in_flight <= max(self.value / 2, work):
            self._learn(kind, seconds, now_s)
            return
        else:
            window.seconds += seconds
            window.expected += unloaded
        window.work += work
        window.longest_s = max(window.longest_s, seconds if unloaded is None else unloaded)
        window.limited |= limited
        window.count += 1
        if window.began_s is None:
            window.began_s = now_s
        lasted_s, latency_s = now_s - window.began_s, max(_WINDOW_S, window.longest_s)
        if (window.count >= _WINDOW_REQUESTS and lasted_s >= latency_s) or lasted_s >= _WINDOW_LATENCIES * latency_s:
            self._update(window)
            self._consider_probe(window, now_s)
            self._window = _Window()

    def _learn(self, kind: Hashable, seconds: float, now_s: float) -> None:
        mean = self._unloaded.get(kind, seconds)
        self._unloaded[kind] = mean + (_NEW_PROBED if self.probing else _NEW) * (seconds - mean)
        self._unloaded_at_s, self._unloaded_value = now_s, self.value
        self._probed += self.probing
        if self._probed >= _PROBE_REQUESTS:
            self._end_probe(now_s)

    def _update(self, window: _Window) -> None:
        if window.missed > _MISSED_SHARE * window.count:
            self._calm = 0
            self.value = max(1.0, _AFTER_MISSES * self.value)
            return
        rise = window.seconds / max(window.expected, 1e-9)
        gradient = max(_STEEPEST, min(1.0, _TOLERANCE / max(rise, 1e-9)))
        # Gradient2 lets the square root of the limit queue; of requests larger than that, half of one.
        queue = max(math.sqrt(self.value), window.work / window.count / 2)
        if gradient < 1.0:
            self._calm = 0
        elif not window.limited:
            return  # a window in which nobody waited says nothing about a larger limit
        else:
            self._calm = self._calm + 1 if rise < _FLAT else 0
            queue *= 2.0 ** min(max(0, self._calm - _CALM_WINDOWS), 30)
        change = _SMOOTHING * (gradient * self.value + queue - self.value)
        self.value = max(1.0, self.value + min(change, _FASTEST_GROWTH * self.value))

    def _consider_probe(self, window: _Window, now_s: float) -> None:
        """Begin a probe when no request was unloaded for long."""
        length_s = _PROBE_LATENCIES * max(window.longest_s, window.seconds / window.count)
        rested_s = math.inf if self._unloaded_at_s is None else now_s - self._unloaded_at_s
        shrunk = self.value < _SHRUNK * self._unloaded_value
        if not self.probing and (rested_s >= max(_PROBE_EVERY_S, length_s / _PROBE_SHARE) or shrunk):
            self._probe_until_s = now_s + length_s
            self._probed = 0

    def _end_probe(self, now_s: float) -> None:
        self._probe_until_s = None
        self._unloaded_at_s, self._unloaded_value = now_s, self.value
