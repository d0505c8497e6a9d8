"""Applications that a benchmark starts, edits of their configs, and the CPU time that they and the generator take."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import psutil

from benchmarks.lib import load_stats
from benchmarks.lib.console import console, refusal
from benchmarks.lib.open_loop import Run
from deployments.errors import Misconfigured
from serve_app.demo.local import IngressMode, LocalServe, StartFailed, free_port
from serve_app.demo.supervisor import alive
from serve_app.stages import INGRESS
from serve_app.stages import STAGES as ROWS

STAGES: Final = tuple(row.deployment for row in ROWS)
READY_S: Final = 240.0
Edit = Callable[[dict[str, Any]], None]


class Failed(Exception):
    """The measurement means nothing; the message says why."""


@contextmanager
def started(
    config: Path,
    edit: Edit | None = None,
    env: dict[str, str] | None = None,
    ingress: IngressMode | None = None,
    ready_s: float = READY_S,
    stock: bool = False,
) -> Iterator[LocalServe]:
    """The config's application, ready, on ports of its own; `stock`: see LocalServe.

    Raises StartFailed, Misconfigured.
    """
    if not config.is_file():
        raise Misconfigured(f"--config: there is no file {str(config)!r}")
    # Several applications at a time, and the replicas of the largest, start slowly on few cores.
    patient = {"RAY_SERVE_PROXY_READY_CHECK_TIMEOUT_S": str(int(READY_S))}
    env = patient | (env or {})
    with LocalServe(
        config,
        http_port=free_port(),
        grpc_port=free_port(),
        ingress=ingress,
        edit=edit,
        env=env,
        stock=stock,
    ) as app:
        with console.status(f"starting {config.name}"):
            app.wait_ready(ready_s)
        yield app


@contextmanager
def refusals() -> Iterator[None]:
    """Errors as one line: exit code 2 for what the caller can put right, 1 for what failed."""
    try:
        yield
    except (Misconfigured, StartFailed, Failed) as error:
        raise refusal(error, 2 if isinstance(error, Misconfigured) else 1) from None


def fakes(latency_ms: dict[str, float]) -> Edit:
    """The config with other latencies of its fake stages, by deployment."""

    def edit(config: dict[str, Any]) -> None:
        application = config["applications"][0]
        stages = application["args"]
        if wrong := [name for name in (row.key for row in ROWS) if stages[name]["kind"] != "fake"]:
            raise Misconfigured(f"--config: {', '.join(wrong)} is not of kind fake, only fakes have a latency to set")
        others = [d for d in application.get("deployments", []) if d["name"] not in latency_ms]
        new = [{"name": name, "user_config": {"latency_ms": ms}} for name, ms in latency_ms.items()]
        application["deployments"] = others + new

    return edit


def deployed(config: dict[str, Any]) -> None:
    """Make every stage of the config a deployment; the knobs of one that was inline move to it."""
    application = config["applications"][0]
    scaling, entries = application["args"]["scaling"], application["deployments"]
    ingress: dict[str, Any] = next((d["user_config"] for d in entries if d["name"] == INGRESS), {})
    knobs = ingress.pop("stages", {})
    for row in ROWS:
        if scaling.get(row.key, {}).get("placement") == "inline":
            scaling[row.key] = {"num_cpus": 0.1}
            entries.append({"name": row.deployment, "user_config": knobs.get(row.key, {})})


def all_answered(run: Run, what: str) -> Run:
    """The run, if nothing failed in it. Raises Failed: else no latency or rate means anything."""
    if failed := load_stats.failures(run):
        codes = sorted({s.reply.code for s in run.samples if s.reply.code})
        raise Failed(f"{failed} requests {what} failed ({', '.join(codes)})")
    return run


def outliving(processes: Sequence[psutil.Process], within_s: float) -> list[psutil.Process]:
    """Those that have not ended after so many seconds. Blocks until all have."""
    until = time.monotonic() + within_s
    while (left := [process for process in processes if alive(process)]) and time.monotonic() < until:
        time.sleep(0.2)
    return left


def environment_of(settings: Sequence[str]) -> dict[str, str]:
    """`NAME=VALUE` each. Raises Misconfigured."""
    variables = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals or not name.startswith(("RAY_", "PUSHGEN_")):
            raise Misconfigured(f"--env {setting!r}: give NAME=VALUE, the name beginning with RAY_ or PUSHGEN_")
        variables[name] = value
    return variables


class CpuMeter:
    """CPU time of an application's processes and of this one, and how busy the whole machine was, since `restart`."""

    def __init__(self, app: LocalServe | None) -> None:
        self._app = app
        self.restart()

    def restart(self) -> None:
        self._processes = self._app.processes() if self._app else []
        self._began = time.monotonic()
        self._app_s, self._generator_s, self._machine = self._application_s(), time.process_time(), psutil.cpu_times()

    def read(self) -> dict[str, float]:
        """CPUs in use: `machine_busy` as a share of all, the others as a number of CPUs."""
        wall = max(1e-9, time.monotonic() - self._began)
        before, now = self._machine, psutil.cpu_times()
        idle = (now.idle + now.iowait) - (before.idle + before.iowait)
        total = sum(now[:8]) - sum(before[:8])
        readings = {
            "machine_busy": round(1 - idle / total, 3) if total > 0 else 0.0,
            "generator_cpus": round((time.process_time() - self._generator_s) / wall, 3),
        }
        if self._app:
            readings["app_cpus"] = round((self._application_s() - self._app_s) / wall, 3)
        return readings

    def _application_s(self) -> float:
        spent = 0.0
        for process in self._processes:
            with suppress(psutil.Error):
                times = process.cpu_times()
                spent += times.user + times.system
        return spent
