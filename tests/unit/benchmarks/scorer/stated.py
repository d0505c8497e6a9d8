"""A result of the scorer's benchmark, with stated numbers."""

from __future__ import annotations

from typing import Any

_SATURATED = {"copies_per_s": 900.0, "mean_batch": 32.0, "padding_efficiency": 0.9, "busy": 0.95, "gap_us": 20.0}
_AT_LOAD = {"offered_copies_per_s": 630.0, "p50_ms": 5.0, "p99_ms": 12.0}
_DEVICE = {
    "ratio_to_ideal": 0.97,
    "saturated": {"batcher": _SATURATED, "ideal": _SATURATED},
    "at_load": {"batcher": _AT_LOAD},
}
RESULT: dict[str, Any] = {"device_model": _DEVICE, "real": _DEVICE}
ROWS = [
    {"device": device, "variant": "batcher", **numbers}
    for device in RESULT
    for numbers in (_SATURATED, {"latency_ms": 4.0}, {"latency_ms": 9.0})
]
