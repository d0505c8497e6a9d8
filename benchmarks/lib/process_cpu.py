"""CPU time of an application, by what spent it: each deployment, the engine, Serve's proxy and controller, and Ray."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

import psutil

from serve_app.demo.local import LocalServe

ENGINE: Final = "engine"
CALLER: Final = "load_generator"
_REPLICA: Final = re.compile(r"ServeReplica:\w+:(\w+)")
_WORKERS: Final = (("EngineCore", ENGINE), ("ProxyActor", "proxy"), ("ServeController", "controller"))


def role_cpu(local: LocalServe) -> dict[tuple[int, str], float]:
    """CPU seconds so far of each process of the application, by its id and role."""
    seconds = {}
    for process in local.processes():
        with suppress(psutil.Error):
            times = process.cpu_times()
            seconds[process.pid, role(" ".join(process.cmdline()))] = times.user + times.system
    times_here = psutil.Process().cpu_times()
    seconds[0, CALLER] = times_here.user + times_here.system
    return seconds


def role(command: str) -> str:
    """Name the role of a process from its command line: a deployment, the engine, or Ray."""
    if replica := _REPLICA.search(command):
        return replica[1]
    return next((name for word, name in _WORKERS if word in command), "ray")


def spent(before: Mapping[tuple[int, str], float], after: Mapping[tuple[int, str], float]) -> dict[str, float]:
    """CPU seconds between two readings, by role. A process that began in between counts whole."""
    seconds: dict[str, float] = {}
    for key, value in after.items():
        seconds[key[1]] = seconds.get(key[1], 0.0) + value - before.get(key, 0.0)
    return seconds
