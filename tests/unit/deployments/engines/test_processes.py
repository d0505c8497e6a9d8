from __future__ import annotations

import subprocess
import sys

from deployments.engines.processes import OwnedProcesses


def test_what_outlives_its_engine_is_killed_and_others_are_left_alone() -> None:
    sleep = [sys.executable, "-c", "input()"]
    other = subprocess.Popen(sleep, stdin=subprocess.PIPE)
    owned = OwnedProcesses()
    with owned.watch():
        engine = subprocess.Popen(sleep, stdin=subprocess.PIPE)
    try:
        assert [process.pid for process in owned.alive()] == [engine.pid]
        owned.end()
        assert engine.wait(timeout=5) != 0
        assert owned.alive() == []
        assert other.poll() is None
        owned.end()
    finally:
        other.kill()
        other.wait()
