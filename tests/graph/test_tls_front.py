"""The shipped HAProxy config, run: TLS and client certificates for gRPC and HTTP, and what it keeps away."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPSConnection
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from deployments.errors import Unauthenticated
from deployments.types import Image, Item
from serve_app.access.gate import KeyAccess
from serve_app.access.keys import hash_line
from serve_app.access.tenants import TenantsFile
from serve_app.client import PushGenClient, Unreachable, tls
from serve_app.client.cli import app as pushgen
from tests.graph.fake_service import FakeService
from tests.graph.tls_front import Backend, fronted, signed, write

ITEM = Item(id="it", title="t")


@dataclass
class Front:
    """A service behind HAProxy, and the files of its callers."""

    address: str
    backend: Backend
    service: FakeService
    files: dict[str, dict[str, Path]]

    @property
    def ca(self) -> Path:
        return self.files["ca"]["cert"]

    def grpc(self, **options: str) -> PushGenClient:
        return PushGenClient(self.address, credentials=tls(self.ca), timeout_s=10, **options)  # type: ignore[arg-type]

    def context(self, certificate: str = "") -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.ca))
        if certificate:
            context.load_cert_chain(self.files[certificate]["cert"], self.files[certificate]["key"])
        return context

    def http(self, certificate: str = "") -> httpx.Client:
        secure = self.context(certificate)
        return httpx.Client(base_url=f"https://{self.address}", verify=secure, trust_env=False, timeout=10)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Path]]:
    folder = tmp_path_factory.mktemp("certificates")
    ca, other = signed("authority"), signed("other authority")
    pairs = {"ca": ca, "other": other, "server": signed("server", ca), "shop": signed("shop", ca)}
    pairs["stranger"] = signed("shop", other)
    return {name: write(folder / name, pair) for name, pair in pairs.items()}


@pytest.fixture(scope="module")
def keys() -> KeyAccess:
    made = KeyAccess()
    row = {"name": "shop", "keys": [hash_line("shop-key")]}
    made.take(TenantsFile.model_validate({"tenants": [row]}))
    return made


@pytest.fixture(scope="module")
def front(root: Path, files: dict[str, dict[str, Path]], keys: KeyAccess) -> Iterator[Front]:
    """TLS for everyone, API keys at the service."""
    service = FakeService()
    with Backend(service, keys) as backend, fronted(root, backend, tls_cert=files["server"]["both"]) as address:
        yield Front(address, backend, service, files)


@pytest.fixture(scope="module")
def mutual(root: Path, files: dict[str, dict[str, Path]]) -> Iterator[Front]:
    """Client certificates required, the service itself open."""
    service = FakeService()
    choice = {"client_ca": files["ca"]["cert"], "tls_cert": files["server"]["both"]}
    with Backend(service) as backend, fronted(root, backend, **choice) as address:
        yield Front(address, backend, service, files)


def test_grpc_over_tls_with_a_key_streams_batches_and_large_messages(front: Front) -> None:
    pictured = Item(id="it", title="t", images=(Image(data=b"x" * 3_000_000),))
    with front.grpc(api_key="shop-key") as client:
        assert client.health()
        assert client.generate({"item": pictured}).item_id == "it"
        assert [event.sequence for event in client.stream(ITEM)] == [1, 2, 3, 4, 5]
        assert [index for index, _ in client.batch([ITEM, ITEM])] == [1, 0]
    assert set(front.service.tenants) == {"shop"}
    with front.grpc() as client, pytest.raises(Unauthenticated):
        client.generate(ITEM)


def test_a_caller_that_leaves_ends_its_stream_at_the_service(front: Front) -> None:
    front.service.hang = True
    try:
        with front.grpc(api_key="shop-key") as client:
            before = front.service.closed
            stream = client.stream(ITEM)
            next(stream)
            stream.close()  # type: ignore[attr-defined]
            end_s = time.monotonic() + 10
            while front.service.closed == before and time.monotonic() < end_s:
                time.sleep(0.01)
        assert front.service.closed > before
    finally:
        front.service.hang = False


def test_http_over_tls_on_the_same_port(front: Front) -> None:
    with front.http() as client:
        assert client.get("/healthz").status_code == 200
        refused = client.post("/v1/notifications:generate", json={"item": {"title": "t"}})
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, 'Bearer realm="pushgen"')
        headers = {"authorization": "Bearer shop-key"}
        good = client.post("/v1/notifications:generate", json={"item": {"title": "t"}}, headers=headers)
        assert good.status_code == 200
        with client.stream(
            "POST", "/v1/notifications:stream", json={"item": {"title": "t"}}, headers=headers
        ) as events:
            assert sum(line.startswith("event: ") for line in events.iter_lines()) == 5


def test_headers_that_switch_timeouts_off_do_not_pass(front: Front) -> None:
    sent = {"X-Request-Timeout-Seconds": "-1", "x-request-disconnect-disabled": "?1", "x-request-id": "mine"}
    with front.http() as client:
        client.get("/healthz", headers=sent)
    arrived = front.backend.headers[-1]
    assert arrived["x-request-id"] == "mine"
    assert not arrived.keys() & {"x-request-timeout-seconds", "x-request-disconnect-disabled"}


def test_bodies_are_bounded_and_the_pages_of_serve_are_hidden(front: Front) -> None:
    before = len(front.backend.headers)
    host, _, port = front.address.partition(":")
    declared = HTTPSConnection(host, int(port), context=front.context(), timeout=10)
    declared.putrequest("POST", "/v1/items:caption")
    declared.putheader("content-length", str(200 * 2**20))
    declared.endheaders()
    assert declared.getresponse().status == 413  # without a byte of the body
    declared.close()
    with front.http() as client:
        for path in ("/-/routes", "/-/healthz", "/ray.serve.RayServeAPIService/ListApplications"):
            assert client.get(path).status_code == 404
    assert len(front.backend.headers) == before


def test_a_certificate_that_is_not_trusted_and_a_caller_without_tls_are_told_so(front: Front) -> None:
    with (
        PushGenClient(front.address, credentials=tls(front.files["other"]["cert"]), timeout_s=5) as client,
        pytest.raises(Unreachable, match="the TLS connection fails"),
    ):
        client.health()
    with PushGenClient(front.address, timeout_s=5) as client, pytest.raises(Unreachable) as caught:
        client.health()
    assert "--tls" in caught.value.advice


def test_the_command_line_speaks_tls_with_a_key(front: Front, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text("shop-key\n")
    flags = ["--address", front.address, "--ca-file", str(front.ca), "--title", "t", "--json"]
    done = CliRunner().invoke(pushgen, ["generate", *flags, "--api-key-file", str(tmp_path / "key")])
    assert done.exit_code == 0, done.output
    refused = CliRunner().invoke(pushgen, ["generate", *flags[:-1]])
    assert refused.exit_code == 1
    assert "PUSHGEN_API_KEY holds your key" in " ".join(refused.stderr.split())
    monkeypatch.setenv("PUSHGEN_API_KEY", "shop-key")
    monkeypatch.setenv("PUSHGEN_CA_FILE", str(front.ca))
    assert CliRunner().invoke(pushgen, ["generate", *flags[:2], "--title", "t"]).exit_code == 0


def test_a_client_certificate_says_the_tenant_whatever_a_header_says(mutual: Front) -> None:
    shop = mutual.files["shop"]
    secure = tls(mutual.ca, shop["cert"], shop["key"])
    metadata = [("x-pushgen-tenant", "news")]
    with PushGenClient(mutual.address, credentials=secure, metadata=metadata, timeout_s=10) as client:
        client.generate(ITEM)
    with mutual.http("shop") as client:
        headers = {"x-pushgen-tenant": "news"}
        assert client.post("/v1/items:caption", json={"item": {"title": "t"}}, headers=headers).status_code == 200
    assert mutual.service.tenants == ["shop", "shop"]


@pytest.mark.parametrize("certificate", ["", "stranger"])
def test_without_a_certificate_of_the_authority_nobody_connects(mutual: Front, certificate: str) -> None:
    shown = mutual.files[certificate] if certificate else None
    secure = tls(mutual.ca, shown["cert"], shown["key"]) if shown else tls(mutual.ca)
    before = len(mutual.service.seen)
    with PushGenClient(mutual.address, credentials=secure, timeout_s=5) as client, pytest.raises(Unreachable):
        client.generate(ITEM)
    with mutual.http(certificate) as client, pytest.raises(httpx.TransportError):
        client.get("/healthz")
    assert len(mutual.service.seen) == before
