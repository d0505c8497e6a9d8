"""Nothing that a supervised command started outlives the supervisor, and that does not outlive its starter."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from serve_app.demo import supervisor

# A command with a child, and a grandchild in a session of its own that was orphaned and has no environment.
COMMAND = """
import os, signal, subprocess, sys, time
ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        code = f"open({sys.argv[1]!r}, 'w').write('up'); import time; time.sleep(600)"
        os.execve(sys.executable, ["orphan", "-c", code], {})
    os._exit(0)
print(os.getpid(), child.pid, ignored, flush=True)
try:
    time.sleep(600)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""
# A starter as a shell runs it in the background, and one under nohup.
STARTER = """
import signal, subprocess, sys, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.signal(signal.SIGHUP, signal.SIG_IGN)
process = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, start_new_session=True)
print(process.pid, flush=True)
time.sleep(600)
"""


class Run:
    """A starter, its supervisor and the processes of the command."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "run"
        self.folder.mkdir()
        code = [sys.executable, "-c", COMMAND, str(folder / "orphan")]
        command = [sys.executable, "-c", STARTER, sys.executable, "-m", supervisor.__name__, str(self.folder), *code]
        self.starter = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.starter.stdout is not None
        self.supervisor = psutil.Process(int(self.starter.stdout.readline()))
        pid, child, ignored = self.starter.stdout.readline().split()
        assert ignored == "False"
        self.command = psutil.Process(int(pid))
        until(lambda: (folder / "orphan").exists() and (folder / "orphan").read_text() != "")
        below = self.supervisor.children(recursive=True)
        self.all = [self.supervisor, *(process for process in below if supervisor.alive(process))]
        assert len(self.all) == 4
        assert int(child) in {p.pid for p in self.all}

    def gone(self, within_s: float) -> bool:
        end = time.monotonic() + within_s
        while any(supervisor.alive(process) for process in self.all):  # the starter collects no exit status
            if time.monotonic() > end:
                return False
            time.sleep(0.02)
        return True


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    run = Run(tmp_path)
    yield run  # type: ignore[misc]
    for process in [run.starter, *run.all]:
        if psutil.pid_exists(process.pid):
            os.kill(process.pid, signal.SIGKILL)
    run.starter.wait()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_all_ends_with_the_starter_however_that_ends(run: Run, number: signal.Signals) -> None:
    run.starter.send_signal(number)
    assert run.gone(10)
    assert run.starter.stdout is not None
    assert run.starter.stdout.read() == "interrupted\n"  # the command may clean up first
    assert not run.folder.exists()


def test_all_ends_with_the_command_and_its_folder_stays_for_the_starter(run: Run) -> None:
    run.command.kill()
    assert run.gone(10)
    assert run.folder.exists()
    assert run.starter.poll() is None


def test_a_terminated_supervisor_does_not_wait_for_the_command(run: Run) -> None:
    run.supervisor.terminate()
    assert run.gone(5)


def test_the_command_ends_with_a_killed_supervisor(run: Run) -> None:
    run.supervisor.kill()
    until(lambda: not supervisor.alive(run.command))


def test_a_command_that_ignores_the_interrupt_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "import sys; from serve_app.demo import supervisor; supervisor.INTERRUPT_S = 0.5; "
        "sys.exit(supervisor.main(*sys.argv[1:]))"
    )
    deaf = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "none"), sys.executable, "-c", deaf],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline() == b"up\n"
    process.stdin.close()
    assert process.wait(10) != 0


def test_the_exit_code_is_the_commands(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        supervisor.__name__,
        str(tmp_path / "none"),
        sys.executable,
        "-c",
        "raise SystemExit(7)",
    ]
    process = subprocess.Popen(command, stdin=subprocess.PIPE)
    assert process.wait(20) == 7


def test_the_limit_of_open_files_is_raised() -> None:
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (256, 4096)); "
        "from serve_app.demo.supervisor import allow_many_files; allow_many_files(); "
        "print(*resource.getrlimit(resource.RLIMIT_NOFILE))"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).split() == ["4096", "4096"]
