"""`python -m serve_app.demo --serve` on odd machines and in odd shells, and what is left when it is stopped."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from serve_app.client import PushGenClient
from serve_app.demo.ports import free_port, why_not
from serve_app.demo.supervisor import alive

READY_S = 240.0
REQUEST = {"item": {"title": "Coffee and cake", "description": "A cup of coffee on a wooden table."}}


class Served:
    """A demo command that keeps configs/fake.yaml up, as a script starts it: in the background, with no terminal."""

    def __init__(
        self, root: Path, folder: Path, env: dict[str, str], user: int | None = None, python: str = sys.executable
    ) -> None:
        self.http_port, self.grpc_port = free_port(), free_port()
        self.output = folder / "output"
        ports = ["--http-port", str(self.http_port), "--grpc-port", str(self.grpc_port)]
        command = [python, "-m", "serve_app.demo", "--config", "configs/fake.yaml", "--serve", *ports]
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                command, cwd=root, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                preexec_fn=_as_in_the_background,  # noqa: PLW1509 - no other thread is there
                user=user, group=user, extra_groups=None if user is None else [],
            )  # fmt: skip
        until(lambda: "Ctrl-C stops" in self.said() or self.process.poll() is not None, READY_S)
        assert self.process.poll() is None, self.said()
        self.all = psutil.Process(self.process.pid).children(recursive=True)
        assert len(self.all) > 5

    def said(self) -> str:
        return self.output.read_text(errors="replace")

    def named(self, words: str) -> psutil.Process:
        return next(p for p in self.all if words in " ".join(p.cmdline()))

    def gone(self, within_s: float) -> list[str]:
        """Wait; return the processes that are still there, and the ports that are still held."""
        _, left = psutil.wait_procs(self.all, timeout=within_s)
        ports = [f"port {port}" for port in (self.http_port, self.grpc_port) if why_not("127.0.0.1", port)]
        return [" ".join(p.cmdline()) for p in left if alive(p)] + ports

    def kill(self) -> None:
        self.process.kill()  # nothing, once it has ended
        self.process.wait()
        for process in self.all:
            if alive(process):
                process.kill()


def _as_in_the_background() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def until(true: Callable[[], bool], within_s: float) -> None:
    end = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.fixture
def long_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "a folder for temporary files" / ("long" * 20)
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def odd(root: Path, tmp_path: Path, long_folder: Path) -> Iterator[Served]:
    """Behind a proxy that is not there, in a project whose path has a space and more, with a TMPDIR like it."""
    project = tmp_path / "it's a 100% naïve #1 project"
    project.mkdir()
    for name in ("serve_app", "deployments", "protos", "configs", "models"):
        shutil.copytree(root / name, project / name)
    (project / ".venv").symlink_to(sys.prefix)
    proxy = f"http://127.0.0.1:{free_port()}"
    served = Served(
        project, tmp_path,
        os.environ | {
            "http_proxy": proxy, "https_proxy": proxy, "HTTP_PROXY": proxy, "ALL_PROXY": proxy, "grpc_proxy": proxy,
            "TMPDIR": str(long_folder), "RAY_ADDRESS": "10.255.255.1:6379", "TERM": "dumb", "COLUMNS": "20",
            "LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONPATH": f"{project}:{project}/protos",
        },
        python=f"{project}/.venv/bin/python",
    )  # fmt: skip
    yield served
    served.kill()


def test_it_serves_on_an_odd_machine_and_stops_for_a_script(odd: Served, long_folder: Path) -> None:
    assert f"TMPDIR {long_folder} has a space" in odd.said()
    assert list(long_folder.iterdir()) == []
    with PushGenClient(f"127.0.0.1:{odd.grpc_port}") as client:
        assert client.generate(REQUEST).candidates
    began = time.monotonic()
    odd.process.send_signal(signal.SIGINT)
    assert odd.process.wait(60) == 0
    assert time.monotonic() - began < 25
    assert odd.gone(1) == []
    assert odd.said().endswith("stopped\n")


@pytest.fixture
def served(root: Path, tmp_path: Path) -> Iterator[Served]:
    served = Served(root, tmp_path, dict(os.environ))
    yield served
    served.kill()


@pytest.mark.parametrize("words", [None, "serve_app.demo.supervisor", "ray.serve.scripts run"])
def test_nothing_outlives_what_is_killed(served: Served, words: str | None) -> None:
    """The demo's own process, its supervisor, `serve run`."""
    if words is None:
        served.process.kill()
    else:
        target = next(p for p in served.all if words in " ".join(p.cmdline()[:4]))
        target.kill()
        assert served.process.wait(60) == 1
        assert "ended by itself" in served.said()
    assert served.gone(60) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes another user")
def test_a_user_without_a_name_and_a_home_can_serve(root: Path, tmp_path: Path) -> None:
    env = {name: value for name, value in os.environ.items() if name not in ("HOME", "USER", "LOGNAME")}
    served = Served(root, tmp_path, env, user=54321)
    try:
        assert "the home folder is missing" in served.said()
        with PushGenClient(f"127.0.0.1:{served.grpc_port}") as client:
            assert client.generate(REQUEST).candidates
        served.process.terminate()
        assert served.process.wait(60) == 0
        assert served.gone(1) == []
    finally:
        served.kill()
