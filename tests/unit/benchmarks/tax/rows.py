"""Rows of the tax benchmark, written by hand."""

from __future__ import annotations

from typing import Any


def tax_rows() -> list[dict[str, Any]]:
    """Two rounds; in the second all take twice as long, as on a busy machine."""
    base = {"stock_echo": 10.0, "deployments": 30.0, "inline": 20.0}
    return [
        {
            "round": number, "variant": name, "protocol": protocol, "idle_cores": 0.2,
            "p50_ms": ms * slower, "p99_ms": 2 * ms, "rps": 1000 / ms / slower,
            "cpu_ms_per_request": ms * slower, "ingress_cpu_ms_per_request": ms / 2,
        }
        for number in range(2)
        for name, ms in base.items()
        for protocol, slower in (("grpc", 1.0 + number), ("http", 3.0 + number))
    ]  # fmt: skip
