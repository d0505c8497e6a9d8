"""Locust's report and history, as it writes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.lib.local_app import Failed
from benchmarks.locust import swarm


def locust_entry(method: str, count: int, failed: int) -> dict[str, Any]:
    return {
        "method": method, "num_requests": count, "num_failures": failed, "start_time": 100.0,
        "last_request_timestamp": 110.0, "response_times": {"10": 50, "20": 49, "1000": 1},
    }  # fmt: skip


def test_locusts_report_becomes_a_rate_of_answers_by_protocol() -> None:
    result = swarm.result([locust_entry("grpc", 100, 20), locust_entry("POST", 50, 0)], users=8, run_s=10)
    assert (result["grpc_rps"], result["http_rps"], result["failures"]) == (8.0, 5.0, 20)
    assert (result["grpc"]["p50_ms"], result["grpc"]["p90_ms"], result["grpc"]["p99_ms"]) == (10.0, 20.0, 20.0)
    with pytest.raises(Failed, match="over http"):
        swarm.result([locust_entry("grpc", 100, 0), locust_entry("POST", 0, 0)], users=8, run_s=10)


def test_locusts_history_has_a_row_a_second_and_protocol(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    path.write_text(
        "Timestamp,User Count,Type,Name,Requests/s,Failures/s,50%,99%\n"
        "50,2,,Aggregated,0,0,N/A,N/A\n51,4,grpc,G,3.5,0.1,12,40\n51,4,POST,/v1,2.5,0,15,50\n51,4,,Aggregated,6,0.1,13,50\n"
    )
    rows = swarm.history(path)
    assert [(r["at_s"], r["protocol"], r["rps"], r["p99_ms"]) for r in rows] == [
        (1, "grpc", 3.5, 40.0), (1, "http", 2.5, 50.0),
    ]  # fmt: skip
