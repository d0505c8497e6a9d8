"""An extension of vLLM's worker: its process ends when the process that started the engine does.

A stage stops its engine. A killed stage cannot, and vLLM's processes would stay with gigabytes of weights and cache.
"""

from __future__ import annotations

import os
import threading

from deployments.engines.processes import wait_for_end


class DiesWith:
    """Mixed into vLLM's worker class (`worker_extension_cls`) and called by `collective_rpc`."""

    def die_with(self, pid: int) -> None:
        """End this process at once when process `pid` has ended."""
        threading.Thread(target=_follow, args=(pid,), name="die-with", daemon=True).start()


def _follow(pid: int) -> None:
    wait_for_end(pid)
    os._exit(1)
