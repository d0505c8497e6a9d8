"""The flow's metrics without Serve."""

from __future__ import annotations

import inspect

from serve_app.flow.metrics import Metrics, NoMetrics


def test_no_metrics_has_every_counter_with_the_same_parameters() -> None:
    counters = {name: f for name, f in vars(Metrics).items() if inspect.isfunction(f) and not name.startswith("_")}
    assert counters
    for name, counter in counters.items():
        assert inspect.signature(getattr(NoMetrics, name)) == inspect.signature(counter), name
