"""The processes that an engine starts; none outlives it."""

from __future__ import annotations

import contextlib
import logging
import os
import select
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import psutil

logger = logging.getLogger("ray.serve")

_END_TIMEOUT_S = 5.0
_POLL_S = 1.0
# The helper process of Python's multiprocessing: it is shared by all children and ends with this process.
_NOT_OURS = "resource_tracker"


@dataclass
class OwnedProcesses:
    """The processes started during `watch`."""

    started: list[psutil.Process] = field(default_factory=list)

    @contextlib.contextmanager
    def watch(self) -> Iterator[None]:
        before = set(_children())
        try:
            yield
        finally:
            self.started += [child for child in _children() if child not in before and not _is_helper(child)]

    def alive(self) -> list[psutil.Process]:
        return [process for process in self.started if _alive(process)]

    def end(self) -> None:
        """Kill processes that vLLM has not ended; block until they are gone."""
        left = self.alive()
        for process in left:
            logger.warning("an engine process outlived its engine and is killed")
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        # Not psutil's wait: it would take the exit status from multiprocessing, whose children these are.
        deadline = time.monotonic() + _END_TIMEOUT_S
        while self.alive() and time.monotonic() < deadline:
            time.sleep(0.02)
        self.started = self.alive()


def wait_for_end(pid: int) -> None:
    """Return when the process has ended: by a pidfd where the kernel has it (Linux), else by polling."""
    if hasattr(os, "pidfd_open"):
        try:
            end = os.pidfd_open(pid)
        except ProcessLookupError:
            return
        except OSError:  # a kernel or a sandbox without it
            pass
        else:
            poll = select.poll()
            poll.register(end, select.POLLIN)
            poll.poll()
            return
    while psutil.pid_exists(pid):
        time.sleep(_POLL_S)


def _alive(process: psutil.Process) -> bool:
    """False for a zombie too: it has ended, and its parent has not collected its status."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _children() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


def _is_helper(process: psutil.Process) -> bool:
    try:
        return any(_NOT_OURS in argument for argument in process.cmdline())
    except psutil.Error:
        return False
