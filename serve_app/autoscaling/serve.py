"""The policies as Ray Serve calls them, in its controller: ten times a second, on the loop that all deployments share.

A deployment alone is looked at once a second, as it reports. The graph is looked at four times a second: the ingress
reports twice, and a burst does not wait for the next look. Serve pickles this module by value, and these two by value
with it, so that the controller needs nothing of this project installed. Bounds are Serve's; its factors are 1 and its
delays 0 (`config.py`).
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from typing import Any, Final

from ray import cloudpickle
from ray.serve.config import AutoscalingContext

from serve_app.autoscaling.demand import DONE, REQUESTS, UNITS, busy_s, is_total
from serve_app.autoscaling.policy import (
    Forecast,
    GraphSizer,
    PlannedRate,
    Size,
    StageLoad,
    StageSizer,
    StageTargets,
    Traffic,
)

for _name in (busy_s.__module__, Traffic.__module__):
    cloudpickle.register_pickle_by_value(sys.modules[_name])  # type: ignore[no-untyped-call]

_EVERY_S: Final = 1.0
_GRAPH_EVERY_S: Final = 0.25
# A running stage that has not reported a signal for so long does not have it.
_REPORTS_WITHIN_S: Final = 60.0
Report = Mapping[Any, list[Any]]
"""By replica, the time series of one total; each point has `timestamp` and `value`."""


class StagePolicy:
    """A deployment's own policy: by its calls and its signals. `GraphPolicy` takes its place where it is configured.

    targets: the fields of a StageTargets. forecast: those of a Forecast, which GraphPolicy reads.
    """

    def __init__(self, targets: dict[str, Any], forecast: dict[str, Any] | None = None) -> None:
        self._sizer = StageSizer(StageTargets(**targets))
        self._alone = forecast is not None
        self._unreported = Unreported()
        self._next_s = 0.0
        self._replicas = 0

    def __call__(self, context: AutoscalingContext) -> tuple[int, dict[str, Any]]:
        now_s = context.current_time or 0.0
        if self._alone:
            self._alone = False
            _log().warning("%s is sized by itself: the application has no autoscaling_policy", context.deployment_name)
        if now_s >= self._next_s:
            self._next_s = now_s + _EVERY_S
            load = load_of(context)
            self._unreported.warn(now_s, context, load, self._sizer.targets)
            self._replicas = self._sizer.size(now_s, load).replicas
        return self._replicas, {}


class GraphPolicy:
    """The application's policy: all deployments that have a StagePolicy, together. It leaves others as they are."""

    def __init__(self) -> None:
        from ray.util.metrics import Gauge  # noqa: PLC0415 - of the controller's process alone

        def gauge(name: str, text: str, *tags: str) -> Gauge:
            return Gauge(f"pushgen_{name}", description=text, tag_keys=tags)

        self._replicas = gauge(
            "scaling_replicas",
            "Replicas of a deployment: what the rate of work needs (forecast), what its load needs (observed), what "
            "the policy decided, and what runs.",
            "deployment",
            "kind",
        )
        self._rate = gauge(
            "scaling_work_rate",
            "Units of work a second at the ingress: the mean over minutes (floor), the last seconds (burst), planned.",
            "kind",
        )
        self._cost = gauge("scaling_cost_seconds", "Seconds of service of a unit of work, by deployment.", "deployment")
        self._idle = False
        self._setup: dict[str, Any] = {}
        self._sizer: GraphSizer | None = None
        self._totals = Totals()
        self._unreported: dict[str, Unreported] = {}
        self._next_s = 0.0
        self._sizes: dict[str, Size] = {}
        self._published: set[str] = set()

    def __call__(self, contexts: dict[Any, AutoscalingContext]) -> tuple[dict[Any, int], dict[Any, dict[str, Any]]]:
        ours = {c.deployment_name: c for c in contexts.values() if "targets" in _kwargs(c)}
        if not ours and not self._idle:
            self._idle = True
            _log().warning("autoscaling_policy sizes nothing, and Serve's own policy is off: take kind: graph")
        now_s = max((c.current_time or 0.0 for c in ours.values()), default=0.0)
        if ours and now_s >= self._next_s:
            self._next_s = now_s + _GRAPH_EVERY_S
            self._size(now_s, ours)
        sizes = {key: self._sizes.get(context.deployment_name) for key, context in contexts.items()}
        return {key: size.replicas for key, size in sizes.items() if size is not None}, {}

    def _size(self, now_s: float, contexts: Mapping[str, AutoscalingContext]) -> None:
        setup = {name: _kwargs(context) for name, context in contexts.items()}
        if self._sizer is None or setup != self._setup:
            self._setup, self._sizer = setup, sizer_of(setup)
        for context in contexts.values():
            self._totals.add(context.raw_metrics or {})
        loads = {name: load_of(context) for name, context in contexts.items()}
        for name, context in contexts.items():
            warning = self._unreported.setdefault(name, Unreported())
            warning.warn(now_s, context, loads[name], self._sizer.targets[name])
        # `kind: stages` with this policy in the config: each by itself, since nobody asked for a forecast.
        forecasts = any(kwargs["forecast"] for kwargs in setup.values())
        traffic = self._totals.traffic(now_s) if forecasts else Traffic(now_s)
        self._sizes = self._sizer.sizes(now_s, traffic, loads)
        self._publish(self._sizer, contexts)

    def _publish(self, sizer: GraphSizer, contexts: Mapping[str, AutoscalingContext]) -> None:
        for name in self._published - self._sizes.keys():  # a gauge cannot be taken back
            for kind in ("forecast", "observed", "decided", "running"):
                self._replicas.set(0, tags={"deployment": name, "kind": kind})
            self._cost.set(0, tags={"deployment": name})
        self._published = set(self._sizes)
        for name, size in self._sizes.items():
            for kind in ("forecast", "observed"):
                self._replicas.set(getattr(size, kind), tags={"deployment": name, "kind": kind})
            self._replicas.set(size.replicas, tags={"deployment": name, "kind": "decided"})
            running = contexts[name].current_num_replicas
            self._replicas.set(running, tags={"deployment": name, "kind": "running"})
        for kind in ("floor", "burst", "planned"):
            self._rate.set(getattr(sizer.rate, kind), tags={"kind": kind})
        for name, cost_s in sizer.costs.items():
            self._cost.set(cost_s, tags={"deployment": name})


class Unreported:
    """Says once that a running stage has a target for a signal that it does not report."""

    def __init__(self) -> None:
        self._since_s: float | None = None
        self._warned = False

    def warn(self, now_s: float, context: AutoscalingContext, load: StageLoad, targets: StageTargets) -> None:
        missing = sorted(targets.levels.keys() - load.levels.keys())
        if not missing or not context.current_num_replicas:
            self._since_s = None
            return
        self._since_s = now_s if self._since_s is None else self._since_s
        if now_s - self._since_s >= _REPORTS_WITHIN_S and not self._warned:
            self._warned = True
            _log().warning("%s reports no %s: its targets do nothing", context.deployment_name, ", ".join(missing))


class Totals:
    """The totals of all ingress replicas together, from what each has reported.

    The first report of a replica is where its count begins: after a restart of the controller it is large. One that
    reports no more is forgotten, as the controller lives for months.
    """

    def __init__(self) -> None:
        self._last: dict[tuple[str, Any], float] = {}
        self._sums: dict[str, float] = {}
        self._at_s = 0.0

    def add(self, reports: Mapping[str, Report]) -> None:
        """Take what a deployment has reported; one that counts no demand says nothing here."""
        if REQUESTS not in reports:
            return
        before, self._last = self._last, {}
        for name, by_replica in reports.items():
            if not is_total(name):
                continue
            for replica, series in by_replica.items():
                if series:
                    value = series[-1].value
                    self._sums[name] = self._sums.get(name, 0.0) + value - before.get((name, replica), value)
                    self._last[name, replica] = value
        # Replicas report at different moments: their sum is as old as they are on average.
        times = [series[-1].timestamp for series in reports[REQUESTS].values() if series]
        if times:  # a replica that joins with an older report does not turn back time
            self._at_s = max(self._at_s, sum(times) / len(times))

    def traffic(self, now_s: float) -> Traffic:
        """The totals so far; at `now_s` where nothing was reported yet."""
        sums = self._sums
        return Traffic(
            self._at_s or now_s,
            sums.get(REQUESTS, 0.0),
            sums.get(UNITS, 0.0),
            sums.get(DONE, 0.0),
            busy_s(sums),
        )


def load_of(context: AutoscalingContext) -> StageLoad:
    """What a deployment holds: the mean of its calls over the last seconds, and the last of each signal."""
    levels = {
        name: sum(series[-1].value for series in by_replica.values() if series)
        for name, by_replica in (context.raw_metrics or {}).items()
    }
    return StageLoad(context.target_num_replicas, context.total_num_requests, levels)


def _kwargs(context: AutoscalingContext) -> dict[str, Any]:
    """The arguments of the deployment's own policy."""
    kwargs: dict[str, Any] = context.config.policy.policy_kwargs if context.config else {}
    return kwargs


def sizer_of(setup: Mapping[str, Mapping[str, Any]]) -> GraphSizer:
    """The sizer of these arguments of StagePolicy, by deployment. All have the same forecast."""
    targets = {name: StageTargets(**kwargs["targets"]) for name, kwargs in setup.items()}
    fields = next((dict(kwargs["forecast"]) for kwargs in setup.values() if kwargs["forecast"]), {})
    plan = tuple(PlannedRate(**planned) for planned in fields.pop("plan", ()))
    return GraphSizer(targets, Forecast(**fields, plan=plan))


def _log() -> logging.Logger:
    """Serve's log. A pickled module must hold no logger of its own."""
    return logging.getLogger("ray.serve")
