"""A local application: `serve run` of one config, watched until it is ready, and stopped with all its processes.

The demo, `make serve`, the end-to-end tests and the benchmarks use it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import grpc
import psutil
import yaml
from grpc_health.v1 import health_pb2, health_pb2_grpc

from serve_app.contract.servicer import MAX_MESSAGE_VARIABLE
from serve_app.demo import supervisor
from serve_app.demo.config import read, refuse_equal_ports
from serve_app.demo.flags import SERVE_FLAGS
from serve_app.demo.ingress_mode import IngressMode
from serve_app.demo.ports import every_host, free_port, why_not
from serve_app.demo.serve_log import Refused, StartFailed, dashboard, failure_in, ready_stages
from serve_app.demo.surroundings import home, plain_python, run_folder, without_proxies

__all__ = ["IngressMode", "LocalServe", "Refused", "StartFailed", "free_port"]

_MARK = "PUSHGEN_RUN"
_SERVE = "ray.serve.scripts"  # and not the script `serve`, which names its Python by a path that may have changed
_SERVE_ALONE = "serve_app.demo.serve_alone"
# The most that a supervisor takes: the time of its command, then to kill and to clean.
_STOP_S = supervisor.INTERRUPT_S + 20.0


class LocalServe:
    """`serve run CONFIG` in its own session, with its own Ray cluster and temp folder. A context manager.

    A port of None is the config's; an `ingress` of None is the environment's. On exit every process is stopped. If this
    process ends without it, its supervisor does the same. Raises Misconfigured for what cannot be a config.

    stock: Ray Serve as it comes, whatever flags this project or this environment set. A baseline to measure against.
    dashboard: Ray's, nine processes, through which `deploy` and `serve deploy` go.
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
        stock: bool = False,
        dashboard: bool = True,
    ) -> None:
        self.config = read(config)
        self.config["http_options"] = {"host": "127.0.0.1", **self.config.get("http_options", {})}
        if http_port is not None:
            self.config["http_options"]["port"] = http_port
        if grpc_port is not None:
            self.config["grpc_options"]["port"] = grpc_port
        if edit is not None:
            edit(self.config)
        self.http_port: int = self.config["http_options"].get("port", 8000)
        self.grpc_port: int = self.config["grpc_options"].get("port", 9000)
        refuse_equal_ports(config, self.http_port, self.grpc_port)
        self.ingress = ingress or IngressMode.of(os.environ | (env or {}))
        self.notices: list[str] = []
        """What this machine lacks and what is used instead; known after the start."""
        self._env = env or {}
        self._stock = stock
        self.program = _SERVE if dashboard else _SERVE_ALONE
        """The Python module that is started."""
        self._environment: dict[str, str] = {}
        self._mark = uuid.uuid4().hex
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: Path | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.grpc_port}"

    @property
    def url(self) -> str:
        """Of the first application, without a last slash."""
        host = str(self.config["http_options"]["host"])
        prefix = str(self.config["applications"][0].get("route_prefix") or "").rstrip("/")
        return f"http://{'[::1]' if host == '::1' else '127.0.0.1'}:{self.http_port}{prefix}"

    @property
    def application(self) -> str:
        """Name of the first application. Serve's gRPC proxy asks for it where there are several."""
        return str(self.config["applications"][0].get("name", "default"))

    @property
    def speaks_http(self) -> bool:
        """False where the first application has `route_prefix: null`, which takes it off Serve's HTTP proxy."""
        return self.config["applications"][0].get("route_prefix", "/") is not None

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
        """Start and return at once. Raises StartFailed when a port is taken, Misconfigured without a usable folder."""
        for name, option, host, port in (
            ("HTTP", "--http-port", str(self.config["http_options"]["host"]), self.http_port),
            ("gRPC", "--grpc-port", every_host(), self.grpc_port),
        ):
            if reason := why_not(host, port):
                raise StartFailed(
                    f"{name} port {port} {reason}. Free it, or choose another port, for example {option} {free_port()}"
                )
        python = plain_python()
        self._environment = self._make_environment()  # makes the folder
        command = [str(python), "-m", self.program, "run", str(self.folder / "config.yaml")]
        try:
            (self.folder / "config.yaml").write_text(yaml.safe_dump(self.config, sort_keys=False), encoding="utf-8")
            with self.log.open("wb") as log:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", supervisor.__name__, str(self.folder), *command],
                    stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT,
                    env=self._environment, start_new_session=True,
                )  # fmt: skip
        except OSError as error:
            self.stop()
            raise StartFailed(f"cannot start in {self.folder}: {error.strerror or error}") from None

    def _make_environment(self) -> dict[str, str]:
        at_home, about_home = home()
        self._folder, about_temp = run_folder(self.ingress.longest_socket)
        self.notices = [notice for notice in (about_temp, about_home) if notice]
        inherited = {name: value for name, value in os.environ.items() if not (self._stock and name.startswith("RAY_"))}
        environment = inherited | {
            _MARK: self._mark,
            "RAY_TMPDIR": str(self._folder),
            # Unset, a local cluster would turn token mode on. By the next line Ray's own ports, which run what they are
            # sent, and its metrics listen on the loopback address alone, as on systems other than Linux.
            "RAY_AUTH_MODE": "disabled",
            "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
            "RAY_USAGE_STATS_ENABLED": "0",
            "HF_HUB_OFFLINE": "1",
            **at_home,
            **without_proxies(os.environ),
            **({"TMPDIR": str(self._folder.parent)} if about_temp else {}),
            **self.ingress.environment(self._folder),
            **({} if self._stock else _flags()),
            **self._env,
        }
        environment.pop("RAY_ADDRESS", None)  # of another cluster
        return environment

    def wait_ready(self, timeout_s: float, progress: Callable[[dict[str, float]], None] | None = None) -> None:
        """Poll the health service until all stages are SERVING. Raises StartFailed.

        progress: called about twice a second with the deployments that are ready, and their start-up seconds.
        """
        until = time.monotonic() + timeout_s
        while time.monotonic() < until:
            ended = not self.is_running
            log = self._read_log()
            if failure := failure_in(log):
                raise failure
            if ended:
                raise StartFailed(f"`serve run` ended before the application was ready.\n{self.tail()}")
            if self.healthy():
                return
            if progress is not None:
                progress(ready_stages(log))
            time.sleep(0.5)
        ready = ready_stages(self._read_log())
        raise StartFailed(f"not ready within {timeout_s:.0f} s; ready so far: {ready}\n{self.tail()}")

    def healthy(self) -> bool:
        """Whether all stages take calls: the service itself is SERVING before those that it can do without."""
        with grpc.insecure_channel(self.address, [("grpc.enable_http_proxy", 0)]) as channel:
            try:
                ask = health_pb2_grpc.HealthStub(channel).List
                named = (("application", self.application),)
                answers = ask(health_pb2.HealthListRequest(), timeout=3, metadata=named).statuses.values()
            except grpc.RpcError:
                return False
        return bool(answers) and all(each.status == health_pb2.HealthCheckResponse.SERVING for each in answers)

    def deploy(self, config: Path) -> None:
        """Replace the running application with another config, by `serve deploy`. Raises StartFailed."""
        address = dashboard(self._read_log())
        if address is None:
            raise StartFailed("this run has no dashboard to deploy through")
        command = [sys.executable, "-m", _SERVE, "deploy", "-a", f"http://{address}", str(config)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=self._environment)
        if done.returncode:
            raise StartFailed(f"`serve deploy` failed.\n{done.stderr[-2000:]}")

    def processes(self) -> list[psutil.Process]:
        """Every live process of this run, with Ray's and the engines'.

        All descend from the supervisor. Without it, or where the system hands orphans to another process, the
        environment's mark still tells those that have not renamed themselves in place, as Ray's workers do.
        """
        by_pid: dict[int, psutil.Process] = {}
        if self._process is not None:
            with suppress(psutil.Error):
                root = psutil.Process(self._process.pid)
                by_pid = {p.pid: p for p in (root, *root.children(recursive=True))}
        by_pid |= {p.pid: p for p in _marked(self._mark)}
        return [p for p in by_pid.values() if supervisor.alive(p)]

    def memory_bytes(self) -> int:
        """Proportional set size of all processes: shared pages count once."""
        total = 0
        for process in self.processes():
            with suppress(psutil.Error):
                total += process.memory_full_info().pss
        return total

    def tail(self, lines: int = 25) -> str:
        return "\n".join(self._read_log().splitlines()[-lines:])

    def _read_log(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def stop(self) -> None:
        """Interrupt, wait, kill the remaining processes, and remove the temp folder. An interrupt kills at once."""
        if self._process is not None:
            if self._process.stdin is not None:
                self._process.stdin.close()  # the supervisor sees it and does the rest
            try:
                self._process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
            except KeyboardInterrupt:
                self._process.terminate()
                self._process.wait(_STOP_S)
                raise
            finally:
                self._kill_remaining()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _kill_remaining(self) -> None:
        remaining = self.processes()
        for process in remaining:
            with suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(remaining, timeout=10)


def _flags() -> dict[str, str]:
    """Flags of Ray Serve that the application runs with, unless `env` says another."""
    most = os.environ.get(MAX_MESSAGE_VARIABLE) or SERVE_FLAGS[MAX_MESSAGE_VARIABLE]
    return {
        **SERVE_FLAGS,
        MAX_MESSAGE_VARIABLE: most,
        # The default of 5 s is too short on two busy cores.
        "RAY_SERVE_PROXY_READY_CHECK_TIMEOUT_S": "60",
        # Ray's own default, 15, gives the cores to its daemons first, and the engine's threads wait for each other.
        "RAY_worker_niceness": "0",
    }


def _marked(mark: str) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get(_MARK) == mark:
                yield process
