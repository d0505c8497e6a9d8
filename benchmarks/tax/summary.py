"""Medians over the rounds, and the ratios to the echo within a round. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any, Final

from benchmarks.lib.targets import TARGETS
from benchmarks.tax.variants import ECHO, VARIANTS

KEYS: Final = ("cpu_ms_per_request", "ingress_cpu_ms_per_request", "rps", "p50_ms", "p99_ms")
_RATIOS: Final = {"cpu": "cpu_ms_per_request", "rps": "rps", "p50": "p50_ms"}


def summary(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The ratios to the echo on top, of gRPC, then each variant."""
    graphs = [variant.name for variant in VARIANTS if not variant.stock]
    ratios = {f"{name}_to_echo_{graph}": _ratios(rows, graph, key) for graph in graphs for name, key in _RATIOS.items()}
    return {
        **{name: round(statistics.median(each), 3) for name, each in ratios.items()},
        "ranges": {name: [round(min(each), 3), round(max(each), 3)] for name, each in ratios.items()},
        **{variant.name: _medians([r for r in rows if r["variant"] == variant.name]) for variant in VARIANTS},
        "rounds": len({row["round"] for row in rows}),
    }


def _ratios(rows: Sequence[dict[str, Any]], variant: str, key: str) -> list[float]:
    by = {(r["round"], r["variant"]): r[key] for r in rows if r["protocol"] == "grpc"}
    return [by[number, variant] / by[number, ECHO] for number in sorted({number for number, _ in by})]


def _medians(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        **{p: {key: _middle([r for r in rows if r["protocol"] == p], key) for key in KEYS} for p in TARGETS},
        "idle_cores": _middle(rows, "idle_cores"),
    }


def _middle(rows: Sequence[dict[str, Any]], key: str) -> float:
    return round(statistics.median(row[key] for row in rows), 3)
