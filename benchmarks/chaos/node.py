"""A worker node of the application's cluster, on this machine: Ray's daemons and workers of their own."""

from __future__ import annotations

import re
import subprocess
import sys
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import psutil

from benchmarks.chaos.cluster import family, title_of
from benchmarks.lib.local_app import Failed
from serve_app.demo.local import LocalServe

_CPUS: Final = 2
_JOIN_S: Final = 90.0
_JOINED: Final = "Ray runtime started"
_NODE_ID: Final = re.compile(r"/raylet .*--node_id=(\w+)")


class WorkerNode:
    """Joins the cluster when it is made, in the background; `end` ends it as a power cut would."""

    def __init__(self, served: LocalServe, head_ip: str, pool: str = "", num_gpus: int = 0) -> None:
        """pool: its label of that name. num_gpus: what it says to have."""
        port = next(served.folder.glob("ray/session_latest/gcs_server_port_*")).read_text(encoding="utf-8").strip()
        command = [
            sys.executable, "-m", "ray.scripts.scripts", "start", "--block",
            "--address", f"{head_ip}:{port}", "--num-cpus", str(_CPUS), "--node-ip-address", head_ip,
            "--num-gpus", str(num_gpus), *([f"--labels=pool={pool}"] if pool else []),
        ]  # fmt: skip
        # The supervisor's environment has the mark of the run, by which whatever is left is found at its end.
        environment = served.processes()[0].environ()
        self.pool = pool
        self._log = served.folder / f"node-{uuid.uuid4().hex}.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)

    def wait_joined(self) -> None:
        """Return when the cluster has it: only then new replicas may go there. Raises Failed."""
        until = time.monotonic() + _JOIN_S
        while _JOINED not in (text := self._log.read_text(encoding="utf-8", errors="replace")):
            if self._process.poll() is not None or time.monotonic() >= until:
                raise Failed(f"the worker node did not join: {text[-300:]}")
            time.sleep(0.2)

    @property
    def node_id(self) -> str:
        """Ray's id of the node, which its raylet is started with. Raises Failed when it has none."""
        for process in self.processes():
            if found := _NODE_ID.search(title_of(process)):
                return found[1]
        raise Failed("the worker node has no raylet")

    def processes(self) -> Sequence[psutil.Process]:
        return family([self._process.pid])

    def end(self) -> None:
        for process in self.processes():
            with suppress(psutil.Error):
                process.kill()
        self._process.wait()
