"""How the ingress benchmark sums up; no application is started."""

from __future__ import annotations

from typing import Any

from benchmarks.ingress import measure as ingress
from benchmarks.lib.targets import TARGETS
from serve_app.demo.local import IngressMode


def rows(**factor: float) -> list[dict[str, Any]]:
    """Two starts of each mode; HAProxy is `factor` times as the proxy."""
    return [
        {
            "start": start, "mode": str(mode), "protocol": protocol, "call": call,
            "p50_ms": 10.0 * (factor["ms"] if mode is IngressMode.HAPROXY else 1),
            "p99_ms": 30.0 * (factor["ms"] if mode is IngressMode.HAPROXY else 1),
            "rps_16": 90.0, "rps_32": 100.0 * (factor["rps"] if mode is IngressMode.HAPROXY else 1),
        }
        for start in range(2) for mode in IngressMode for protocol in TARGETS for call in ingress.CALLS
    ]  # fmt: skip


def test_ratios_are_haproxys_over_the_proxys() -> None:
    result = ingress.result(rows(ms=0.5, rps=3.0))
    assert (result["p50_ratio"], result["rps_ratio"]) == (0.5, 3.0)
    assert result["http"]["info"]["p99_ratio"] == 0.5
    assert result["http"]["info"]["proxy"] == {"p50_ms": 10.0, "p99_ms": 30.0, "rps_16": 90.0, "rps_32": 100.0}
