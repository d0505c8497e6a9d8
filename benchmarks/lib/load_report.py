"""Pictures of what the load benchmarks found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

Row = dict[str, Any]


def load_plot(found: Row, path: Path) -> None:
    """Offered rate against latency, against goodput, and where the time of a request goes."""
    curve = [row for row in found["curve"] if row["requests"]]
    rates = [row["offered_rps"] for row in curve]
    figure = _figure(15, 4.5)
    latency, goodput, stages = figure.subplots(1, 3)
    for key, label in (("p50_ms", "p50"), ("p90_ms", "p90"), ("p99_ms", "p99")):
        latency.plot(rates, [row[key] for row in curve], marker="o", label=label)
    latency.axhline(found["slo_ms"], color="grey", linestyle="--", label=f"SLO {found['slo_ms']:g} ms")
    latency.set_yscale("log")
    _named(latency, "offered, requests/s", "ms from the intended start", "latency")

    goodput.plot(rates, rates, color="grey", linestyle=":", label="offered")
    for key, label in (("goodput_rps", "good"), ("ok_rps", "answered")):
        goodput.plot(rates, [row[key] for row in curve], marker="o", label=label)
    shed = [row["due_rps"] * row["shed"] / row["requests"] for row in curve]
    goodput.plot(rates, shed, marker="x", label="shed")
    _named(goodput, "offered, requests/s", "requests/s", "goodput within the SLO")
    for axes in (latency, goodput):
        if found["knee_rps"]:
            axes.axvline(found["knee_rps"], color="black", linewidth=0.8, label=f"knee {found['knee_rps']:.3g}/s")
        axes.legend(fontsize="small")

    for name in dict.fromkeys(n for row in curve for n in row["stages"]):
        with_stage = [row for row in curve if name in row["stages"]]
        at = [row["offered_rps"] for row in with_stage]
        (line,) = stages.plot(at, [r["stages"][name]["wall_p50_ms"] for r in with_stage], marker="o", label=name)
        queue = [r["stages"][name]["queue_ms"] for r in with_stage]
        if any(queue):
            stages.plot(at, queue, linestyle="--", color=line.get_color(), label=f"{name}: queue (mean)")
    _named(stages, "offered, requests/s", "ms", "median time in each stage")
    stages.legend(fontsize="small")
    _save(figure, path)


def scale_plot(found: Row, path: Path) -> None:
    """Items/s against replicas, beside linear growth from one."""
    figure = _figure(6, 4.5)
    axes = figure.subplots()
    replicas = [p["replicas"] for p in found["points"]]
    items = [p["items_per_s"] for p in found["points"]]
    low, high = ([abs(p["range"][n] - p["items_per_s"]) for p in found["points"]] for n in (0, 1))
    axes.errorbar(replicas, items, yerr=[low, high], marker="o", capsize=3, label="measured")
    axes.plot(replicas, [items[0] * n for n in replicas], color="grey", linestyle=":", label="linear")
    ideal = found["ideal_items_per_s_per_replica"]
    axes.plot(replicas, [ideal * n for n in replicas], color="grey", linestyle="--", label="the waits alone")
    axes.set_xticks(replicas)
    _named(axes, "replicas a stage", "items/s", "throughput on fakes")
    axes.legend(fontsize="small")
    _save(figure, path)


def tax_plot(found: Row, rows: Sequence[Row], path: Path) -> None:
    """Each round of each application, by protocol: p50 of one request at a time, and requests/s."""
    figure = _figure(9, 4.5)
    names = ("echo", "one_candidate", "graph")
    for axes, key, label in zip(figure.subplots(1, 2), ("p50_ms", "rps"), ("p50, ms", "requests/s"), strict=True):
        for shift, protocol in ((-0.15, "grpc"), (0.15, "http")):
            mine = [r for r in rows if r["protocol"] == protocol]
            at = [names.index(r["application"]) + shift for r in mine]
            ratio = found[protocol]["p50_ratio" if key == "p50_ms" else "rps_ratio"]
            axes.scatter(at, [r[key] for r in mine], alpha=0.7, label=f"{protocol}: graph is {ratio:g} x echo")
        axes.set_xticks(range(len(names)), ["echo", "graph,\n1 candidate", "graph"])
        axes.set_ylim(bottom=0)
        _named(axes, "", label, "one at a time" if key == "p50_ms" else f"{found['concurrency']} under way")
        axes.legend(fontsize="small")
    _save(figure, path)


def locust_plot(found: Row, rows: Sequence[Row], path: Path) -> None:
    """Requests/s and p50 over the run, by protocol."""
    figure = _figure(9, 4.5)
    rate, latency = figure.subplots(1, 2)
    for protocol in dict.fromkeys(r["protocol"] for r in rows):
        mine = [r for r in rows if r["protocol"] == protocol]
        at = [r["at_s"] for r in mine]
        rate.plot(at, [r["rps"] for r in mine], label=f"{protocol}, {found['users']} users in all")
        latency.plot(at, [r["p50_ms"] for r in mine], label=f"{protocol} p50")
        latency.plot(at, [r["p99_ms"] for r in mine], linestyle="--", label=f"{protocol} p99")
    _named(rate, "s", "requests/s", "locust, closed loop")
    _named(latency, "s", "ms", "response time")
    for axes in (rate, latency):
        axes.set_ylim(bottom=0)
        axes.legend(fontsize="small")
    _save(figure, path)


def _figure(width: float, height: float) -> Figure:
    return Figure(figsize=(width, height), layout="constrained")


def _named(axes: Any, x: str, y: str, title: str) -> None:
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.set_title(title)
    axes.grid(alpha=0.3)


def _save(figure: Figure, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
