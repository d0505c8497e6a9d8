from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

ENGINE = """
import os, sys
if {no_pidfd}:
    del os.pidfd_open
from deployments.engines.worker import OWNER, DiesWith
class Worker:  # as vLLM's, which takes its configuration
    def __init__(self, *, config): pass
class Base: pass
class Extended(Worker, Base): pass
Extended.__bases__ = (*Extended.__bases__, DiesWith)  # as vLLM does it
os.environ[OWNER] = sys.argv[1]
Extended(config="c")
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


# A stage that starts an engine, which starts a worker; the engine is stopped, as if all of its threads hang.
STAGE = """
import subprocess, sys
engine = subprocess.Popen([sys.executable, "-c", sys.argv[1], sys.argv[2]], stdin=subprocess.PIPE, stdout=sys.stdout)
engine.wait()
"""
STOPPED = """
import os, signal, subprocess, sys
from deployments.engines.worker import DiesWith
if sys.argv[1] == "itself":
    DiesWith().die_with(os.getppid())
else:
    code = "import sys; from deployments.engines.worker import DiesWith; DiesWith().die_with(int(sys.argv[1]));"
    code += "print('watching', flush=True); input()"
    worker = subprocess.Popen([sys.executable, "-c", code, str(os.getppid())], stdin=subprocess.PIPE, stdout=-1)
    assert worker.stdout.readline()
print(os.getpid(), flush=True)
os.kill(os.getpid(), signal.SIGSTOP)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal")
@pytest.mark.parametrize("who", ["itself", "its worker"])
def test_an_engine_that_hangs_ends_with_a_killed_stage(root: Path, who: str) -> None:
    stage = subprocess.Popen([sys.executable, "-c", STAGE, STOPPED, who], stdout=subprocess.PIPE, cwd=root)
    try:
        assert stage.stdout is not None
        family = psutil.Process(stage.pid).children
        engine = psutil.Process(int(stage.stdout.readline()))
        left = [engine, *family(recursive=True)]
        stage.kill()
        until = time.monotonic() + 20
        while any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in left):
            assert time.monotonic() < until
            time.sleep(0.01)
    finally:
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        stage.kill()
        stage.communicate()
