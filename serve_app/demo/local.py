"""A local application: `serve run` of one config, watched until it is ready, and stopped with all its processes.

The demo, `make serve`, the end-to-end tests and the benchmarks use it.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any

import grpc
import psutil
import yaml
from grpc_health.v1 import health_pb2, health_pb2_grpc

_MARK = "PUSHGEN_RUN"
_HAPROXY = "RAY_SERVE_ENABLE_HA_PROXY"
_STOP_S = 45.0
_LOST_AFTER = 3
_READY_LINE = re.compile(r"(\w+) ready after ([\d.]+) s")


class StartFailed(Exception):
    """The application did not start. The message says what failed and what to do."""


class IngressMode(StrEnum):
    """The proxy on the two ports: Serve's own in Python, or HAProxy in front of the ingress replicas."""

    PROXY = "proxy"
    HAPROXY = "haproxy"

    @classmethod
    def of(cls, env: Mapping[str, str]) -> IngressMode:
        """Read the mode as Ray Serve does."""
        return cls.HAPROXY if env.get(_HAPROXY) == "1" else cls.PROXY


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


class LocalServe:
    """`serve run CONFIG` in its own session, with its own Ray cluster and temp folder. A context manager.

    A port of None is the config's; an `ingress` of None is the environment's. On exit every process is stopped.
    """

    def __init__(
        self,
        config: Path,
        *,
        http_port: int | None = None,
        grpc_port: int | None = None,
        env: dict[str, str] | None = None,
        ingress: IngressMode | None = None,
        edit: Callable[[dict[str, Any]], None] | None = None,
    ) -> None:
        self.config: dict[str, Any] = yaml.safe_load(config.read_text())
        self.config.setdefault("http_options", {}).setdefault("host", "127.0.0.1")
        if http_port is not None:
            self.config["http_options"]["port"] = http_port
        if grpc_port is not None:
            self.config["grpc_options"]["port"] = grpc_port
        if edit is not None:
            edit(self.config)
        self.http_port: int = self.config["http_options"].get("port", 8000)
        self.grpc_port: int = self.config["grpc_options"].get("port", 9000)
        self._env = env or {}
        self.ingress = ingress or IngressMode.of(os.environ | self._env)
        self._mark = uuid.uuid4().hex
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: Path | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.grpc_port}"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def folder(self) -> Path:
        """The temp folder of the run, with Ray's logs."""
        if self._folder is None:
            raise RuntimeError("not started")
        return self._folder

    @property
    def log(self) -> Path:
        return self.folder / "serve.log"

    def __enter__(self) -> LocalServe:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start and return at once. Raises StartFailed when a port is taken."""
        for name, port in (("HTTP", self.http_port), ("gRPC", self.grpc_port)):
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", port)) == 0:
                    raise StartFailed(f"{name} port {port} is in use. Stop what uses it, or choose another port.")
        # A short path: Ray puts sockets below it, and a socket's path is limited to about 100 characters.
        self._folder = Path(tempfile.mkdtemp(prefix="pushgen-"))
        config = self._folder / "config.yaml"
        config.write_text(yaml.safe_dump(self.config, sort_keys=False))
        env = os.environ | {
            _MARK: self._mark,
            "RAY_TMPDIR": str(self._folder),
            # Unset, a local cluster would turn token mode on. This one listens on the loopback address only.
            "RAY_AUTH_MODE": "disabled",
            # The default of 5 s is too short on two busy cores.
            "RAY_SERVE_PROXY_READY_CHECK_TIMEOUT_S": "60",
            "RAY_USAGE_STATS_ENABLED": "0",
            "HF_HUB_OFFLINE": "1",
            **_INGRESS[self.ingress](self._folder),
            **self._env,
        }
        env.pop("RAY_ADDRESS", None)
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [str(Path(sys.executable).with_name("serve")), "run", str(config)],
                stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=env, start_new_session=True,
            )  # fmt: skip

    def wait_ready(self, timeout_s: float, progress: Callable[[dict[str, float]], None] | None = None) -> None:
        """Poll the health service until it answers SERVING. Raises StartFailed.

        progress: called about twice a second with the deployments that are ready, and their start-up seconds.
        """
        until = time.monotonic() + timeout_s
        while time.monotonic() < until:
            if not self.is_running:
                raise StartFailed(f"`serve run` ended before the application was ready.\n{self.tail()}")
            if reason := refusal_in(self.log.read_text(errors="replace")):
                raise StartFailed(f"the application refused to start.\n{reason}")
            if self.healthy():
                return
            if progress is not None:
                progress(self.ready_stages())
            time.sleep(0.5)
        raise StartFailed(f"not ready within {timeout_s:.0f} s; ready so far: {self.ready_stages()}\n{self.tail()}")

    def healthy(self) -> bool:
        with grpc.insecure_channel(self.address) as channel:
            try:
                answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=3)
            except grpc.RpcError:
                return False
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)

    def ready_stages(self) -> dict[str, float]:
        """Read from the log which deployments have a ready replica, and its start-up seconds."""
        seconds_by_deployment: dict[str, float] = {}
        for name, seconds in _READY_LINE.findall(self.log.read_text(errors="replace")):
            seconds_by_deployment.setdefault(name, float(seconds))
        return seconds_by_deployment

    def deploy(self, config: Path) -> None:
        """Replace the running application with another config, by `serve deploy`. Raises StartFailed."""
        dashboard = re.search(
            r"dashboard at (?:\x1b\[\d+m)*(http://)?([\d.]+:\d+)", self.log.read_text(errors="replace")
        )
        if dashboard is None:
            raise StartFailed("this run has no dashboard to deploy through")
        command = [str(Path(sys.executable).with_name("serve")), "deploy", "-a", f"http://{dashboard[2]}", str(config)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False,
                              env=os.environ | {"RAY_AUTH_MODE": "disabled"})  # fmt: skip
        if done.returncode:
            raise StartFailed(f"`serve deploy` failed.\n{done.stderr[-2000:]}")

    def processes(self) -> list[psutil.Process]:
        """Every live process of this run, with Ray's and the engines'.

        Found as descendants and by an environment mark. Ray's workers lose the mark: Ray renames them in place, which
        overwrites their environment.
        """
        by_pid: dict[int, psutil.Process] = {}
        if self._process is not None:
            with suppress(psutil.Error):
                root = psutil.Process(self._process.pid)
                by_pid = {p.pid: p for p in (root, *root.children(recursive=True))}
        by_pid |= {p.pid: p for p in _marked(self._mark)}
        return [p for p in by_pid.values() if _alive(p)]

    def memory_bytes(self) -> int:
        """Proportional set size of all processes: shared pages count once."""
        total = 0
        for process in self.processes():
            with suppress(psutil.Error):
                total += process.memory_full_info().pss
        return total

    def tail(self, lines: int = 25) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def stop(self) -> None:
        """Interrupt, wait, kill the remaining processes, and remove the temp folder."""
        processes = self.processes()
        if self._process is not None and self.is_running:
            with suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_STOP_S)
        _, still = psutil.wait_procs(processes, timeout=5)
        left = {*still, *self.processes()}
        for process in left:
            with suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(left, timeout=10)
        if self._process is not None:
            self._process.wait()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


def _haproxy(folder: Path) -> dict[str, str]:
    """Give HAProxy its own files and ports: Ray's defaults are shared by all clusters of the machine.

    The files lie directly in the run's folder: Ray appends a node id of 56 characters, and a socket's path may have
    about 97.
    """
    ports = ("HAPROXY_METRICS_PORT", "HAPROXY_STATS_PORT", "FALLBACK_PROXY_HTTP_PORT", "FALLBACK_PROXY_GRPC_PORT")
    files = {
        "HAPROXY_CONFIG_FILE_LOC": "haproxy.cfg",
        "HAPROXY_SOCKET_PATH": "admin.sock",
        "HAPROXY_METRICS_SOCKET_PATH": "metrics.sock",
        "HAPROXY_SERVER_STATE_BASE": "",
        "HAPROXY_SERVER_STATE_FILE": "server-state",
    }
    return {
        _HAPROXY: "1",
        **{f"RAY_SERVE_{name}": str(folder / file) for name, file in files.items()},
        **{f"RAY_SERVE_{name}": str(free_port()) for name in ports},
        # This drain time is for external load balancers; there are none here.
        "RAY_SERVE_DIRECT_INGRESS_MIN_DRAINING_PERIOD_S": "0",
    }


def _proxy(_folder: Path) -> dict[str, str]:
    return {_HAPROXY: "0"}


_INGRESS = {IngressMode.PROXY: _proxy, IngressMode.HAPROXY: _haproxy}


def _marked(mark: str) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get(_MARK) == mark:
                yield process


def _alive(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def refusal_in(log: str) -> str:
    """Read from the log of `serve run` why the application cannot start; empty while it still may.

    `serve run` itself would retry for ever. Bad settings end the start at once, a replica that fails three times too.
    """
    named = re.findall(r"Misconfigured[^:\n]*: (.+)", log)
    if named:
        return str(named[-1])
    if "DEPLOY_FAILED" in log or log.count("the replica will be stopped") >= _LOST_AFTER:
        errors = [line for line in log.splitlines() if re.search(r"(Error|Exception)\b.*: ", line)]
        return "\n".join(errors[-5:] or log.splitlines()[-25:])
    return ""
