"""Locust in a process of its own, and its report by protocol."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from benchmarks.lib.local_app import Failed
from serve_app.demo.local import LocalServe

LOCUSTFILE: Final = Path(__file__).with_name("locustfile.py")
# Locust's own word for each protocol.
_TYPES: Final = {"grpc": "grpc", "http": "POST"}
_STOP_S: Final = 10


def swarm(served: LocalServe, folder: Path, users: int, spawn_rate: float, run_s: int) -> list[dict[str, Any]]:
    """Locust's report, one entry a request type. A process of its own, for gevent patches all of Python.

    Raises Failed when locust does not come to its end. Failed requests are in the report, and no reason to fail.
    """
    command = [
        sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--headless", "--only-summary",
        "--host", served.url, "--grpc-address", served.address,
        "--users", str(users), "--spawn-rate", str(spawn_rate), "--run-time", f"{run_s}s",
        "--stop-timeout", str(_STOP_S), "--reset-stats", "--exit-code-on-error", "0",
        "--csv", str(folder / "run"), "--csv-full-history", "--json-file", str(folder / "run"),
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=run_s + 60, check=False)
    except subprocess.TimeoutExpired:
        raise Failed(f"locust did not stop within 60 s of its {run_s} s") from None
    if done.returncode:
        raise Failed(f"locust ended with exit code {done.returncode}\n{done.stderr[-2000:]}")
    report: list[dict[str, Any]] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    return report


def result(report: list[dict[str, Any]], users: int, run_s: int) -> dict[str, Any]:
    """Requests/s that were answered, by protocol. Raises Failed when a protocol was never asked."""
    by = {protocol: _entry(report, protocol) for protocol in _TYPES}
    return {
        "grpc_rps": by["grpc"]["rps"],
        "http_rps": by["http"]["rps"],
        "failures": sum(entry["failures"] for entry in by.values()),
        **by,
        "users": users,
        "run_s": run_s,
    }


def _entry(report: list[dict[str, Any]], protocol: str) -> dict[str, Any]:
    entry = next((e for e in report if e["method"] == _TYPES[protocol]), None)
    if entry is None or not entry["num_requests"]:
        raise Failed(f"locust's users sent nothing over {protocol}")
    seconds = max(1e-9, entry["last_request_timestamp"] - entry["start_time"])
    answered = entry["num_requests"] - entry["num_failures"]
    return {
        "rps": round(answered / seconds, 2),
        "requests": entry["num_requests"],
        "failures": entry["num_failures"],
        **{f"p{q}_ms": _percentile(entry["response_times"], q / 100) for q in (50, 90, 99)},
    }


def _percentile(counts: dict[str, int], share: float) -> float:
    """Nearest rank in locust's histogram: response time in ms (rounded by locust) to the number of requests."""
    rank, seen = share * sum(counts.values()), 0
    for ms in sorted(counts, key=float):
        seen += counts[ms]
        if seen >= rank:
            return float(ms)
    return 0.0


def history(path: Path) -> list[dict[str, Any]]:
    """Read locust's history: a row a second and protocol, over the last ten seconds."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    began = min((int(r["Timestamp"]) for r in rows), default=0)
    names = {kind: protocol for protocol, kind in _TYPES.items()}
    return [
        {
            "at_s": int(r["Timestamp"]) - began,
            "protocol": names[r["Type"]],
            "users": int(r["User Count"]),
            "rps": float(r["Requests/s"]),
            "failures_per_s": float(r["Failures/s"]),
            "p50_ms": float(r["50%"]),
            "p99_ms": float(r["99%"]),
        }
        for r in rows
        if r["Type"] in names and r["50%"] != "N/A"
    ]
