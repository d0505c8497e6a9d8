"""What is sent, and the sum of what came of it. `tests/graph/test_fuzz.py` sends for real."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from benchmarks.fuzz import measure
from benchmarks.fuzz.attempts import Attempt, write
from benchmarks.fuzz.measure import Plan, Tally, attempts_of, processes, result
from benchmarks.fuzz.send import HUNG, Answer

PLAN = Plan(requests=20, seed=0, bound_s=1.0, most_minutes=1.0)
HTTP = Attempt("http", "json", b"{}")
HEALTH = Attempt("grpc", "method", b"", "/grpc.health.v1.Health/Check")


def test_faults_are_counted_by_kind_and_kept() -> None:
    tally = Tally()
    for attempt, answer in (
        (HTTP, Answer("422", "", 2.0)),
        (HTTP, Answer("500", "", 9.0)),
        (HTTP, Answer("400", "/home/me/x.py", 1.0)),
        (HTTP, Answer(HUNG, "", 30.0)),
        (HEALTH, Answer("UNKNOWN", "", 1.0)),
    ):
        tally.take(attempt, answer)
    summed = result(PLAN, tally, [3.0, 7.0], ["ray::ServeReplica"])
    assert summed["tried"] == {"http": 4, "grpc": 1}
    assert (summed["internal"], summed["leaks"], summed["hangs"], summed["internal_of_the_proxy"]) == (1, 1, 1, 1)
    assert (summed["slowest_ms"], summed["loop_lag_ms"], summed["died"]) == (30.0, 7.0, ["ray::ServeReplica"])
    assert [why.partition(":")[0] for _, why in tally.failed] == [
        "internal",
        "leak",
        "hang",
        "internal of Serve's proxy",
    ]


def test_a_replay_sends_the_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "failures.jsonl"
    write(path, [(HTTP, "x"), (HEALTH, "y")])
    plan = Plan(20, 0, 1.0, 1.0, replay=path)
    assert [(protocol, list(sent), count) for protocol, sent, count in attempts_of(plan)] == [
        ("http", [HTTP], 1), ("grpc", [HEALTH], 1),
    ]  # fmt: skip


def test_only_serves_own_processes_are_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    def process(pid: int, *command: str) -> Any:
        return SimpleNamespace(pid=pid, cmdline=lambda: command)

    app: Any = SimpleNamespace(
        processes=lambda: [process(1, "ray::ServeReplica:a:B"), process(2, "ray::IDLE"), process(3, "ray::ProxyActor")]
    )
    assert processes(app) == {1: "ray::ServeReplica:a:B", 3: "ray::ProxyActor"}
    assert measure.FAILURES.parts[0] == "build"
