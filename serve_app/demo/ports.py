"""The ports of a local application: whether they are free, and who holds one that is not."""

from __future__ import annotations

import errno
import os
import socket
from contextlib import suppress

import psutil

_SHOWN_CHARACTERS = 60
# Ray's own, which it takes after ours were chosen: of its GCS, its dashboard, its client's server and its node's agent.
_RAYS = frozenset({6379, 8265, 10001, 52365})
_STARTERS = ("serve_app.demo", "ray.serve.scripts", "serve")


def free_port() -> int:
    """Return a port that nobody listens on, and that is none of Ray's own."""
    while (port := _drawn()) in _RAYS:
        pass
    return port


def _drawn() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def why_not(host: str, port: int) -> str:
    """Say why nothing can listen there, as what follows "the port"; empty when it can."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[
            0
        ]
    except (OSError, UnicodeError):
        return f"cannot be used: the host {host!r} is not known"
    try:
        with socket.socket(family, kind) as s:
            if os.name == "posix":  # a connection that has just been closed is no obstacle
                s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            s.bind(address)
            s.listen(1)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return f"is in use by {holder(port)}"
        if error.errno in (errno.EACCES, errno.EPERM):
            return "cannot be used: this user may not listen there (ports below 1024 need a privilege)"
        if error.errno == errno.EADDRNOTAVAIL:
            return f"cannot be used: {host} is no address of this machine"
        return f"cannot be used: {error.strerror or error}"
    return ""


def every_host() -> str:
    """The address that means all interfaces: Serve's gRPC proxy listens on it."""
    with suppress(OSError), socket.socket(socket.AF_INET6) as s:
        s.bind(("::", 0))
        return "::"
    return "0.0.0.0"  # noqa: S104 - to see whether it can be bound


def holder(port: int) -> str:
    """Name the process that listens on the port, as far as this user may see it."""
    with suppress(psutil.Error, OSError):
        for connection in psutil.net_connections("tcp"):
            if connection.laddr and connection.laddr.port == port and connection.status == psutil.CONN_LISTEN:
                return _name(connection.pid)
    return "a process that this user cannot see"


def _name(pid: int | None) -> str:
    if pid is None:
        return "a process of another user"
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        starter = _starter(process)
        by = f", started by {_shown(starter)}" if starter else ""
        return f"{_shown(process)}{by}"
    return f"process {pid}"


def _shown(process: psutil.Process) -> str:
    command = " ".join(" ".join(process.cmdline()).split()) or process.name()
    shown = command if len(command) <= _SHOWN_CHARACTERS else f"{command[:_SHOWN_CHARACTERS]}…"
    return f"process {process.pid} ({shown})"


def _starter(process: psutil.Process) -> psutil.Process | None:
    """Return the process to stop where Ray would start the holder of the port again: the demo's, or `serve run`."""
    outermost = None
    for parent in process.parents():
        with suppress(psutil.Error):
            arguments = parent.cmdline()
            if any(a in _STARTERS or a.endswith("/serve") for a in arguments[:4]):
                outermost = parent
    return outermost
