"""A worker node: how it is started, and that all of it ends at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from benchmarks.chaos import node
from benchmarks.lib.local_app import Failed


def test_it_has_joined_when_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ray/session_latest").mkdir(parents=True)
    (tmp_path / "ray/session_latest/gcs_server_port_abc").write_text("6379")
    served: Any = SimpleNamespace(folder=tmp_path, processes=lambda: [psutil.Process()])
    popen = subprocess.Popen
    said = "print('Ray runtime started.', flush=True); input()"
    for words, joins in ((said, True), ("print('no route', flush=True)", False)):
        monkeypatch.setattr(
            node.subprocess,
            "Popen",
            lambda _, words=words, **more: popen([sys.executable, "-c", words], stdin=subprocess.PIPE, **more),
        )
        worker = node.WorkerNode(served, "10.0.0.1")
        if joins:
            worker.wait_joined()
        else:
            with pytest.raises(Failed, match="no route"):
                worker.wait_joined()
        worker.end()


def test_it_joins_the_cluster_of_the_run_and_ends_with_all_its_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = tmp_path / "ray/session_latest"
    session.mkdir(parents=True)
    (session / "gcs_server_port_abc").write_text("6379\n")
    served: Any = SimpleNamespace(folder=tmp_path, processes=lambda: [psutil.Process()])
    commands = []
    popen = subprocess.Popen
    nap = [sys.executable, "-c", f"import subprocess; subprocess.run([{sys.executable!r}, '-c', 'input()'])"]

    def started(command: list[str], **options: Any) -> Any:
        commands.append(command)
        return popen(nap, stdin=subprocess.PIPE, **options)

    monkeypatch.setattr(node.subprocess, "Popen", started)
    worker = node.WorkerNode(served, "10.0.0.1")
    assert commands[0][commands[0].index("--address") + 1] == "10.0.0.1:6379"
    while len(worker.processes()) < 2:
        pass
    members = worker.processes()
    worker.end()
    _, left = psutil.wait_procs(members, timeout=5)
    assert not left
