from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from serve_app.demo import ports
from serve_app.demo.ports import every_host, free_port, why_not


@pytest.fixture(params=["127.0.0.1", "0.0.0.0"])  # noqa: S104
def taken(request: pytest.FixtureRequest) -> Iterator[int]:
    with socket.socket() as s:
        s.bind((request.param, 0))
        s.listen()
        yield s.getsockname()[1]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0", every_host()])  # noqa: S104
def test_a_free_port_is_free(host: str) -> None:
    assert why_not(host, free_port()) == ""


def test_a_port_that_ray_takes_itself_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter([52365, 8265, 40001])
    monkeypatch.setattr(ports, "_drawn", lambda: next(drawn))
    assert free_port() == 40001


def test_the_holder_of_a_port_is_named(taken: int) -> None:
    for host in ("127.0.0.1", every_host()):
        reason = why_not(host, taken)
        assert f"in use by process {os.getpid()} (" in reason
        assert len(reason) < 250


def test_another_process_is_named_by_its_command() -> None:
    code = (
        "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(); "
        "print(s.getsockname()[1], flush=True); input()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as p:
        assert p.stdout is not None
        assert f"process {p.pid} (" in why_not("127.0.0.1", int(p.stdout.readline()))
        p.communicate("\n")


def test_of_an_application_the_process_to_stop_is_named(tmp_path: Path) -> None:
    listen = "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(); "
    listen += "print(s.getsockname()[1], flush=True); input()"
    (tmp_path / "serve").write_text(f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {listen!r}])\n")
    command = [sys.executable, str(tmp_path / "serve"), "run"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as p:
        assert p.stdout is not None
        reason = why_not("127.0.0.1", int(p.stdout.readline()))
        assert f", started by process {p.pid} (" in reason
        p.communicate("\n")


def test_a_connection_that_was_just_closed_is_no_obstacle() -> None:
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        client = socket.create_connection(("127.0.0.1", port))
        accepted, _ = server.accept()
        accepted.close()  # the server's side waits in TIME_WAIT
        client.close()
    assert why_not("127.0.0.1", port) == ""


def test_a_host_that_cannot_be_is_named() -> None:
    assert "not known" in why_not("no.such.host.invalid", 1234)
    assert "not known" in why_not("a b", 1234)
    assert "no address of this machine" in why_not("192.0.2.1", 1234)


@pytest.mark.skipif(not os.geteuid(), reason="the superuser may listen anywhere")
def test_a_port_that_needs_a_privilege_is_named() -> None:
    assert "privilege" in why_not("127.0.0.1", 1)
