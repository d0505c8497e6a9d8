"""One application on this machine: started by `serve run`, watched until it is ready, stopped without a trace.

The demo, `make serve`, the end-to-end tests and the benchmarks all start a config through this.
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
    """The application did not start; the message says what failed and what to do."""


class IngressMode(StrEnum):
    """The proxy on the two ports: Serve's own in Python, or HAProxy, which hands on to the ingress replicas."""

    PROXY = "proxy"
    HAPROXY = "haproxy"

    @classmethod
    def of(cls, env: Mapping[str, str]) -> IngressMode:
        """As Ray Serve reads it."""
        return cls.HAPROXY if env.get(_HAPROXY) == "1" else cls.PROXY


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


class LocalServe:
    """`serve run CONFIG` in a session of its own, with its own Ray cluster, temp folder and token mode.

    A port that is None stays as the config has it, and an `ingress` that is None as the environment has it. Use as a
    context manager: what was started is gone afterwards.
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
        """The run's own temp folder, with Ray's logs."""
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
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start and return at once. Raises StartFailed when a port is taken."""
        for name, port in (("HTTP", self.http_port), ("gRPC", self.grpc_port)):
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", port)) == 0:
                    raise StartFailed(f"{name} port {port} is in use. Stop what uses it, or choose another port.")
        # Short, because Ray puts sockets below it and their paths are limited to about 100 characters.
        self._folder = Path(tempfile.mkdtemp(prefix="pushgen-"))
        config = self._folder / "config.yaml"
        config.write_text(yaml.safe_dump(self.config, sort_keys=False))
        env = os.environ | {
            _MARK: self._mark,
            "RAY_TMPDIR": str(self._folder),
            # Starting a local cluster turns token mode on when unset; this one listens for this machine alone.
            "RAY_AUTH_MODE": "disabled",
            # On two busy cores Serve's proxy misses its default of 5 s.
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
        """Poll the health service until it says SERVING.

        `progress` is called about twice a second with the seconds each stage took to become ready. Raises StartFailed.
        """
        until = time.monotonic() + timeout_s
        while time.monotonic() < until:
            if not self.running:
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
        """Deployments whose first replica is ready, with the seconds it took, as their replicas logged it."""
        found: dict[str, float] = {}
        for name, seconds in _READY_LINE.findall(self.log.read_text(errors="replace")):
            found.setdefault(name, float(seconds))
        return found

    def deploy(self, config: Path) -> None:
        """Replace the running application by another config, as `serve deploy` does. Raises StartFailed."""
        found = re.search(r"dashboard at (?:\x1b\[\d+m)*(http://)?([\d.]+:\d+)", self.log.read_text(errors="replace"))
        if found is None:
            raise StartFailed("this run has no dashboard to deploy through")
        command = [str(Path(sys.executable).with_name("serve")), "deploy", "-a", f"http://{found[2]}", str(config)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False,
                              env=os.environ | {"RAY_AUTH_MODE": "disabled"})  # fmt: skip
        if done.returncode:
            raise StartFailed(f"`serve deploy` failed.\n{done.stderr[-2000:]}")

    def processes(self) -> list[psutil.Process]:
        """Every process of this run that is alive, Ray's and the engines' included.

        Descendants first: Ray renames its workers in place, which overwrites the environment that carries the mark.
        """
        found: dict[int, psutil.Process] = {}
        if self._process is not None:
            with suppress(psutil.Error):
                root = psutil.Process(self._process.pid)
                found = {p.pid: p for p in (root, *root.children(recursive=True))}
        found |= {p.pid: p for p in _marked(self._mark)}
        return [p for p in found.values() if _alive(p)]

    def memory_bytes(self) -> int:
        """Proportional set size of all processes: shared pages counted once."""
        total = 0
        for process in self.processes():
            with suppress(psutil.Error):
                total += process.memory_full_info().pss
        return total

    def tail(self, lines: int = 25) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def stop(self) -> None:
        """Interrupt, wait, then kill whatever is left, and remove the temp folder."""
        known = self.processes()
        if self._process is not None and self.running:
            with suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_STOP_S)
        _, still = psutil.wait_procs(known, timeout=5)
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
    """HAProxy with files and ports of its own: Ray's defaults are the same for every cluster of the machine.

    Right in the run's folder: Ray adds the node's id, 56 characters, and a socket's path may have about 97.
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
        # Time for load balancers elsewhere to notice; here a stop would wait for nobody.
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
    """Why an application does not start, from the log of `serve run`; empty while it still may.

    `serve run` itself goes on trying. Impossible settings are named at once; a replica that breaks three times is lost.
    """
    named = re.findall(r"Misconfigured[^:\n]*: (.+)", log)
    if named:
        return str(named[-1])
    if "DEPLOY_FAILED" in log or log.count("the replica will be stopped") >= _LOST_AFTER:
        errors = [line for line in log.splitlines() if re.search(r"(Error|Exception)\b.*: ", line)]
        return "\n".join(errors[-5:] or log.splitlines()[-25:])
    return ""
