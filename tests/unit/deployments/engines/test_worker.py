from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ENGINE = """
import os, sys
if {no_pidfd}:
    del os.pidfd_open
from deployments.engines.worker import DiesWith
DiesWith().die_with(int(sys.argv[1]))
print("watching", flush=True)
input()
"""


@pytest.mark.parametrize("no_pidfd", [False, True])
def test_an_engine_ends_with_a_killed_stage(root: Path, no_pidfd: bool) -> None:
    stage = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    engine = subprocess.Popen(
        [sys.executable, "-c", ENGINE.format(no_pidfd=no_pidfd), str(stage.pid)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root,
    )  # fmt: skip
    try:
        assert engine.stdout is not None
        assert engine.stdout.readline() == b"watching\n"
        assert engine.poll() is None
        stage.kill()
        stage.wait(timeout=5)
        assert engine.wait(timeout=10) == 1
    finally:
        for process in (stage, engine):
            process.kill()
            process.communicate()
