"""When the demo's command has to stop: signals, and the end of the `make` that runs it."""

from __future__ import annotations

import math
import os
import signal
import threading
import time
from types import FrameType

import psutil

from deployments.engines.processes import wait_for_end

_MAKES = ("make", "gmake")
_SHELLS = ("sh", "dash", "bash")
_TOGETHER_S = 1.0


def stop_on_signals() -> None:
    """Let SIGTERM, and SIGHUP of a closed terminal, do what Ctrl-C does.

    SIGINT too where a shell started this in the background, which ignores it. SIGHUP stays ignored under nohup.
    """
    handler = _Interrupt()
    signal.signal(signal.SIGTERM, handler)
    signal.signal(signal.SIGINT, handler)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, handler)


class _Interrupt:
    """Raises KeyboardInterrupt, once for signals that come together.

    `timeout`, a shell and `make` each pass a signal on, and a second interrupt would cut the stop short.
    """

    def __init__(self) -> None:
        self._last = -math.inf

    def __call__(self, _signal: int, _frame: FrameType | None) -> None:
        now = time.monotonic()
        if now - self._last > _TOGETHER_S:
            self._last = now
            raise KeyboardInterrupt


def makes() -> list[int]:
    """Return the pids of the `make` processes above this one, which run it: one may be the child of another."""
    pids: list[int] = []
    for parent in psutil.Process().parents():
        try:
            name = parent.name()
        except psutil.Error:
            break
        if name in _MAKES:
            pids.append(parent.pid)
        elif name not in _SHELLS:
            break
    return pids


def stop_with(pids: list[int]) -> None:
    """Terminate this process when one of those has ended: a killed `make` cannot."""
    for pid in pids:
        threading.Thread(target=_follow, args=(pid,), name="stop-with", daemon=True).start()


def _follow(pid: int) -> None:
    wait_for_end(pid)
    os.kill(os.getpid(), signal.SIGTERM)
