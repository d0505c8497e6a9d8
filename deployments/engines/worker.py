"""An extension of vLLM's worker: its process ends when the process that started the engine does.

A stage stops its engine. A killed stage cannot, and vLLM's processes would stay with gigabytes of weights and cache.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import threading
from typing import Any, Self

import psutil

from deployments.engines.processes import wait_for_end

# The environment variable with the pid of the process that starts the engine.
OWNER = "PUSHGEN_ENGINE_OWNER"
_PR_SET_PDEATHSIG = 1


class DiesWith:
    """Mixed into vLLM's worker class (`worker_extension_cls`), last of its bases."""

    def __new__(cls, *_: Any, **__: Any) -> Self:
        """Follow the owner before the model is loaded, which takes minutes."""
        worker = super().__new__(cls)
        if owner := os.environ.get(OWNER):
            worker.die_with(int(owner))
        return worker

    def die_with(self, pid: int) -> None:
        """End this process at once when process `pid` has ended, and the engine's process if it is between the two."""
        parent = psutil.Process().parent()
        if sys.platform == "linux" and parent is not None and parent.pid == pid:
            # The kernel ends a process whose threads hang, too.
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        between = parent if parent is not None and parent.ppid() == pid else None
        threading.Thread(target=_follow, args=(pid, between), name="die-with", daemon=True).start()


def _follow(pid: int, between: psutil.Process | None) -> None:
    wait_for_end(pid)
    if between is not None:
        with contextlib.suppress(psutil.Error):
            between.kill()
    os._exit(1)
