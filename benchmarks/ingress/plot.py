"""The plot of HAProxy beside Serve's proxy."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.lib import figure


def plot(result: Mapping[str, Any], path: Path) -> None:
    """Latency of one request at a time, and requests/s of many, by protocol, call and mode."""
    drawn = figure.new(10, 4)
    names = [(protocol, call) for protocol in ("grpc", "http") for call in ("generate", "info")]
    most = result["concurrency"][-1]
    shown = (
        ("p50_ms", "ms", "p50, one request at a time"),
        (f"rps_{most}", "requests/s", f"{most} requests in flight"),
    )
    for axes, (key, unit, title) in zip(drawn.subplots(1, 2), shown, strict=True):
        for n, mode in enumerate(("proxy", "haproxy")):
            heights = [result[protocol][call][mode][key] for protocol, call in names]
            bars = axes.bar([at + 0.4 * n for at in range(len(names))], heights, 0.4, label=mode)
            axes.bar_label(bars, [f"{height:.0f}" if height >= 100 else f"{height:.3g}" for height in heights],
                           fontsize="x-small")  # fmt: skip
        axes.set_xticks([at + 0.2 for at in range(len(names))], [f"{call}\n{protocol}" for protocol, call in names])
        axes.margins(y=0.1)
        figure.name(axes, "", unit, title)
        axes.legend(fontsize="small")
    figure.save(drawn, path)
