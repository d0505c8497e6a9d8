"""An extension of vLLM's worker: its process ends when the process that started the engine does.

A stage stops its engine. A killed stage cannot, and vLLM's processes would stay with gigabytes of weights and cache.
"""

from __future__ import annotations

import os
import select
import threading
import time

import psutil

_POLL_S = 1.0


class DiesWith:
    """Mixed into vLLM's worker class (`worker_extension_cls`) and called by `collective_rpc`."""

    def die_with(self, pid: int) -> None:
        """End this process at once when process `pid` has ended."""
        threading.Thread(target=_follow, args=(pid,), name="die-with", daemon=True).start()


def _follow(pid: int) -> None:
    _wait_for_end(pid)
    os._exit(1)


def _wait_for_end(pid: int) -> None:
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
