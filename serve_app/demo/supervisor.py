"""A process that runs a command, and ends with its starter: `python -m serve_app.demo.supervisor FOLDER COMMAND...`.

A terminal that is closed, a killed `make`, an out-of-memory kill: the starter of an application may end at any moment
and cannot always stop it. Its end is seen here as the end of standard input, a pipe that nobody else holds. Then the
command is interrupted, whatever remains is killed, and FOLDER is removed. SIGTERM does not wait for the command.

Every process that the command starts is a descendant: orphans are handed to this process, not to init (Linux).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import select
import shutil
import signal
import subprocess
import sys
import time
from types import FrameType

import psutil

INTERRUPT_S = 45.0
"""Time for the command to end by itself."""
_REMAINDER_S = 5.0
_KILL_S = 10.0
_FILES = 65536
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


class Supervisor:
    def __init__(self, command: list[str]) -> None:
        self._hurry = False
        self._wake, write = os.pipe()
        os.set_blocking(self._wake, False)
        os.set_blocking(write, False)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        # A handler, so that the command starts with the default action: a shell starts background jobs with SIGINT
        # ignored, nohup with SIGHUP, and both would be inherited.
        for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT):
            signal.signal(number, self._terminated)
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        prctl(_PR_SET_CHILD_SUBREAPER, 1)
        self._command = subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=_die_with_parent)  # noqa: PLW1509 - one thread

    def _terminated(self, number: int, _frame: FrameType | None) -> None:
        self._hurry = number == signal.SIGTERM

    def run(self) -> int:
        """Wait for the end of the command or of the starter; return the command's exit code when all has ended."""
        stdin = sys.stdin.fileno()
        while self._running() and not self._hurry:
            ready, _, _ = select.select([stdin, self._wake], [], [])
            self._awake()
            if stdin in ready and not os.read(stdin, 1):
                self._interrupt()
                break
        self._end_all()
        return self._command.wait()

    def _running(self) -> bool:
        return self._command.poll() is None

    def _awake(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake, 4096)

    def _interrupt(self) -> None:
        """Interrupt the command; return when it has ended, at the latest after INTERRUPT_S or at SIGTERM."""
        self._command.send_signal(signal.SIGINT)
        until = time.monotonic() + INTERRUPT_S
        while self._running() and not self._hurry and (left := until - time.monotonic()) > 0:
            select.select([self._wake], [], [], left)
            self._awake()
        if not self._running():  # its own processes follow it
            psutil.wait_procs(descendants(), timeout=_REMAINDER_S)

    def _end_all(self) -> None:
        if self._running():
            self._command.kill()
        self._command.wait()
        until = time.monotonic() + _KILL_S
        while (left := descendants()) and time.monotonic() < until:
            for process in left:
                with contextlib.suppress(psutil.Error):
                    process.kill()
            psutil.wait_procs(left, timeout=1)


def descendants() -> list[psutil.Process]:
    """The live processes below this one."""
    return [process for process in psutil.Process().children(recursive=True) if alive(process)]


def alive(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _die_with_parent() -> None:
    prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def prctl(option: int, value: int) -> None:
    """Call Linux's prctl; elsewhere do nothing."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def allow_many_files() -> None:
    """Raise the limit of open files as far as it is allowed and useful: Ray opens hundreds."""
    soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < _FILES:
        raised = _FILES if most == resource.RLIM_INFINITY else min(most, _FILES)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (raised, most))


def main(folder: str, *command: str) -> int:
    allow_many_files()
    code = Supervisor(list(command)).run()
    if os.getppid() == 1 or _ended(sys.stdin.fileno()):  # else the starter still reads the log
        shutil.rmtree(folder, ignore_errors=True)
    return code


def _ended(stdin: int) -> bool:
    ready, _, _ = select.select([stdin], [], [], 0)
    return bool(ready)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
