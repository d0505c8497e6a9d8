"""An HTTP proxy that answers CONNECT, on a port of its own."""

from __future__ import annotations

import shutil
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Proxy(socketserver.ThreadingTCPServer):
    """Connects every CONNECT with `upstream`, or refuses it without one. targets: what was requested."""

    daemon_threads = True

    def __init__(self, upstream: str = "") -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = upstream
        self.targets: list[str] = []

    @property
    def url(self) -> str:
        return f"http://user:secret@127.0.0.1:{self.server_address[1]}"


class _Handler(socketserver.StreamRequestHandler):
    server: Proxy

    def handle(self) -> None:
        self.server.targets.append(self.rfile.readline().decode().split()[1])
        while self.rfile.readline().strip():
            pass
        if not self.server.upstream:
            self.wfile.write(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n")
            return
        host, _, port = self.server.upstream.rpartition(":")
        with socket.create_connection((host, int(port))) as upstream:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            back = threading.Thread(target=_copy, args=(upstream, self.connection), daemon=True)
            back.start()
            _copy(self.connection, upstream)


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError), source.makefile("rb", buffering=0) as reader, sink.makefile("wb", buffering=0) as writer:
        shutil.copyfileobj(reader, writer)


@contextmanager
def proxy(upstream: str = "") -> Iterator[Proxy]:
    with Proxy(upstream) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
