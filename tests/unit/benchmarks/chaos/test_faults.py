"""What each fault does to the processes of a stand-in for the application."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from benchmarks.chaos import faults
from benchmarks.chaos.cluster import Replica, View
from benchmarks.chaos.faults import BY_NAME, NotRun


@pytest.fixture
def process() -> Iterator[psutil.Process]:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as started:
        yield psutil.Process(started.pid)
        started.kill()


def stand(*pids: int, place: str = "head", **fields: Any) -> Any:
    replicas = tuple(Replica(name, pid, "RUNNING", place) for name in ("Captioner", "Generator") for pid in pids)
    seen = View("RUNNING", replicas, {}, {"head": "HEALTHY"}, "head", "127.0.0.1")
    defaults = {"view": lambda: seen, "store": None, "node": None, "stages": {"captioner": {"kind": "tags"}}}
    return SimpleNamespace(**(defaults | fields))


def test_every_stage_the_proxy_the_controller_and_a_node_are_struck() -> None:
    assert list(BY_NAME) == [
        "captioner", "router", "generator", "reward", "ingress", "engine", "proxy", "controller", "disk", "hang",
        "redeploy", "node",
    ]  # fmt: skip


def test_a_killed_replica_is_lost_and_must_be_gone(process: psutil.Process) -> None:
    struck = BY_NAME["captioner"].strike(stand(process.pid))
    assert struck.lost == {process.pid}
    assert [p.pid for p in struck.gone] == [process.pid]
    assert process.wait(5) == -signal.SIGKILL


def test_a_hung_replica_lives_until_the_fault_is_over(process: psutil.Process) -> None:
    struck = BY_NAME["hang"].strike(stand(process.pid))
    until = time.monotonic() + 10
    while process.status() != psutil.STATUS_STOPPED:
        assert time.monotonic() < until
    struck.undo()
    assert process.wait(5) == -signal.SIGKILL


def test_only_a_real_engine_has_a_process_to_kill(process: psutil.Process, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotRun, match="no engine"):
        BY_NAME["engine"].strike(stand(process.pid))
    monkeypatch.setattr(faults, "title_of", lambda _: "VLLM::EngineCore")
    struck = BY_NAME["engine"].strike(stand(process.pid))
    assert struck.lost == {process.pid}, "its replica has to be replaced"
    assert process.wait(5) == -signal.SIGKILL


def test_a_disk_is_filled_where_there_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotRun, match="root"):
        BY_NAME["disk"].strike(stand())
    with pytest.raises(NotRun, match="fake"):
        BY_NAME["disk"].strike(stand(store=tmp_path, stages={"captioner": {"kind": "fake"}}))
    filled: list[Path] = []
    monkeypatch.setattr(faults.disk, "fill", filled.append)
    BY_NAME["disk"].strike(stand(store=tmp_path)).undo()
    assert filled == [tmp_path]


def test_a_redeployment_replaces_every_replica(process: psutil.Process) -> None:
    deployed: list[dict[str, Any]] = []
    struck = BY_NAME["redeploy"].strike(stand(process.pid, deploy=lambda **change: deployed.append(change)))
    assert struck.lost == {process.pid}
    assert "env_vars" in deployed[0]


def test_a_lost_node_takes_its_replicas_with_it(process: psutil.Process) -> None:
    ended: list[bool] = []
    node = SimpleNamespace(processes=lambda: [process], end=lambda: ended.append(True))
    with pytest.raises(NotRun):
        BY_NAME["node"].strike(stand(process.pid, node=node))
    struck = BY_NAME["node"].strike(stand(process.pid, place="worker", node=node))
    assert struck.lost == {process.pid}
    assert ended


def test_a_node_joins_with_more_replicas_and_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    deployed: list[dict[str, Any]] = []
    node = SimpleNamespace(wait_joined=lambda: deployed.append({}))
    monkeypatch.setattr(faults, "WorkerNode", lambda _served, _ip: node)
    waited: list[Any] = []
    made = stand(7, served="app", deploy=lambda **change: deployed.append(change), wait_whole=waited.append)
    BY_NAME["node"].prepare(made)
    assert made.node is node
    assert deployed == [{}, {"min_replicas": 3, "max_replicas": 3}], "first the node, then the replicas"
    assert not waited[0](made.view()), "no replica is on the new node yet"
