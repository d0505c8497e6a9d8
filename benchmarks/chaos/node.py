"""A worker node of the application's cluster, on this machine: Ray's daemons and workers of their own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import psutil

from benchmarks.chaos.cluster import family
from serve_app.demo.local import LocalServe

_CPUS: Final = 2


class WorkerNode:
    """Joins the cluster when it is made; `end` ends it as a power cut would."""

    def __init__(self, served: LocalServe, head_ip: str) -> None:
        port = next(served.folder.glob("ray/session_latest/gcs_server_port_*")).read_text(encoding="utf-8").strip()
        command = [
            sys.executable, "-m", "ray.scripts.scripts", "start", "--block",
            "--address", f"{head_ip}:{port}", "--num-cpus", str(_CPUS),
        ]  # fmt: skip
        # The supervisor's environment has the mark of the run, by which whatever is left is found at its end.
        environment = served.processes()[0].environ()
        with (served.folder / "node.log").open("wb") as log:
            self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)

    def processes(self) -> Sequence[psutil.Process]:
        return family([self._process.pid])

    def end(self) -> None:
        for process in self.processes():
            with suppress(psutil.Error):
                process.kill()
        self._process.wait()
