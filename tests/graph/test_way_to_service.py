"""The way from a client to a service: proxies, applications, wrong ports, nobody there."""

from __future__ import annotations

import asyncio
import datetime
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest

from deployments.errors import DeadlineExceeded
from deployments.types import Item
from serve_app.client import AsyncPushGenClient, PushGenClient, Unreachable
from serve_app.demo.local import free_port
from tests.graph.fake_service import FakeService
from tests.graph.http_proxy import proxy
from tests.graph.servers import serving
from tests.graph.test_cli import run

ITEM = Item(title="t")
VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "grpc_proxy")


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*VARIABLES, "no_proxy", "no_grpc_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize("variable", [*VARIABLES, *(name.upper() for name in VARIABLES)])
def test_this_machine_is_reached_without_the_proxy(
    address: str, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    port = address.rpartition(":")[2]
    with proxy() as between:
        monkeypatch.setenv(variable, between.url)
        for target in (address, f"localhost:{port}", f"dns:///127.0.0.1:{port}", f"0.0.0.0:{port}"):
            with PushGenClient(target) as client:
                assert client.generate(ITEM, timeout_s=10).candidates
        assert run("health", "--address", address).exit_code == 0
    assert between.targets == []


async def test_a_socket_file_is_reached_without_the_proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    async with serving(FakeService(), f"unix:{tmp_path}/s") as address, AsyncPushGenClient(address) as client:
        assert (await client.generate(ITEM, timeout_s=10)).candidates


@pytest.mark.parametrize("variable", ["grpc_proxy", "https_proxy", "http_proxy"])
def test_another_machine_is_reached_through_the_proxy(
    address: str, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    with proxy(address) as between:
        monkeypatch.setenv(variable, between.url)
        with PushGenClient("push.example:9000") as client:
            assert client.generate(ITEM, timeout_s=10).candidates
    assert set(between.targets) == {"push.example:9000"}


def test_a_failure_says_that_there_was_a_proxy_and_how_to_go_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with proxy() as between:
        monkeypatch.setenv("https_proxy", between.url)
        with PushGenClient("push.example:9000") as client, pytest.raises(Unreachable) as caught:
            client.generate(ITEM, timeout_s=10)
        done = run("health", "--address", "push.example:9000")
    for words in (f"the proxy 127.0.0.1:{between.server_address[1]} of https_proxy", "no_proxy=push.example"):
        assert words in caught.value.message
        assert words in done.stderr
    assert "secret" not in caught.value.message + done.stderr
    assert "make serve" not in done.stderr
    assert done.exit_code == 3


def test_a_host_of_no_proxy_is_looked_for_directly(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with proxy(address) as between:
        monkeypatch.setenv("http_proxy", between.url)
        monkeypatch.setenv("no_proxy", "*")
        with PushGenClient("push.invalid:9000") as client, pytest.raises(Unreachable, match="host name is unknown"):
            client.generate(ITEM, timeout_s=20)
    assert between.targets == []


# --- applications -----------------------------------------------------------------------------------------------------


class Applications(grpc.aio.ServerInterceptor):
    """Two applications behind one port, as Serve's proxy answers for them."""

    async def intercept_service(
        self, continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]], details: grpc.HandlerCallDetails
    ) -> Any:
        name = str(dict(details.invocation_metadata).get("application", ""))
        if name == "push":
            return await continuation(details)
        reason = f"Application '{name}' not found." if name else "Application metadata not set."

        async def refuse(_request: Any, context: grpc.aio.ServicerContext) -> None:
            text = f"{reason} Ping /ray.serve.RayServeAPIService/ListApplications for available applications."
            await context.abort(grpc.StatusCode.NOT_FOUND, text)

        return grpc.unary_unary_rpc_method_handler(refuse)


async def test_every_call_names_the_application() -> None:
    async with serving(FakeService(), interceptors=[Applications()]) as address:
        async with AsyncPushGenClient(address, application="push") as client:
            assert await client.health()
            assert (await client.generate(ITEM)).candidates
            assert [e async for e in client.stream(ITEM)]
            assert [e async for e in client.batch([ITEM])]
            assert (await client.info()).version
        for verb in (["health"], ["generate", "--title", "t"], ["batch", "-"], ["stream", "--title", "t"]):
            typed = [*verb, "--address", address, "--application", "push"]
            done = await asyncio.to_thread(run, *typed, stdin='{"title": "t"}')
            assert done.exit_code == 0, done.output


async def test_the_application_can_stand_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUSHGEN_APPLICATION", "push")
    async with serving(FakeService(), interceptors=[Applications()]) as address:
        done = await asyncio.to_thread(run, "health", "--address", address)
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize(("name", "reason"), [("", "metadata not set"), ("other", "'other' not found")])
async def test_a_call_without_the_right_application_says_which_flag_names_it(name: str, reason: str) -> None:
    async with serving(FakeService(), interceptors=[Applications()]) as address:
        async with AsyncPushGenClient(address, application=name) as client:
            with pytest.raises(Unreachable, match=reason) as caught:
                await client.generate(ITEM)
        flag = ["--application", name] if name else []
        done = await asyncio.to_thread(run, "health", "--address", address, *flag)
    assert "PushGenClient(application=...)" in caught.value.message
    assert "--application" in done.stderr
    assert "serve status" in done.stderr
    assert done.exit_code == 3


def test_a_name_that_metadata_cannot_carry_is_refused() -> None:
    with pytest.raises(ValueError, match="metadata cannot carry"):
        PushGenClient(application="caf\u00e9")
    assert run("health", "--application", "caf\u00e9").exit_code == 2


# --- nobody, or somebody else -----------------------------------------------------------------------------------------


@contextmanager
def answering(data: bytes) -> Iterator[str]:
    """Answer every connection with these bytes and close it."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(4096)
                    connection.sendall(data)

        threading.Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)


HTTP = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n"
TLS_ALERT = bytes.fromhex("15030100020246")


@pytest.mark.parametrize(
    ("data", "words"), [(HTTP, "speaks HTTP, not gRPC"), (TLS_ALERT, "closed at once"), (b"", "closed at once")]
)
def test_a_port_of_something_else_is_named(data: bytes, words: str) -> None:
    with answering(data) as address:
        done = run("health", "--address", address, "--timeout", "10")
    assert words in done.stderr
    assert "make serve" not in done.stderr
    assert done.exit_code == 3


def test_tls_to_a_service_without_it_says_so(address: str) -> None:
    credentials = grpc.ssl_channel_credentials()
    with PushGenClient(address, credentials=credentials) as client, pytest.raises(Unreachable, match="speaks no TLS"):
        client.generate(ITEM, timeout_s=10)


def test_a_server_that_never_answers_is_a_deadline_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        with PushGenClient(address) as client, pytest.raises(DeadlineExceeded, match=f"in time from {address}"):
            client.generate(ITEM, timeout_s=0.5)


def test_a_missing_socket_file_and_a_closed_port_say_that_nothing_listens(tmp_path: Path) -> None:
    for address in (f"unix:{tmp_path}/none", f"127.0.0.1:{free_port()}"):
        done = run("health", "--address", address)
        assert "nothing listens there" in done.stderr
        assert "make serve" in done.stderr


@pytest.mark.parametrize("timeout", ["0", "-1", "nan", "inf", "5s", "1,5", "", "1e999"])
def test_a_timeout_that_is_none_is_refused(timeout: str) -> None:
    done = run("health", "--timeout", timeout)
    assert done.exit_code == 2
    assert "seconds above 0" in " ".join(done.stderr.replace("\u2502", " ").split())


@pytest.mark.parametrize("timeout", ["1e3", "1_0", " 5 ", "1e12"])
def test_odd_forms_of_a_number_are_numbers(address: str, timeout: str) -> None:
    done = run("generate", "--title", "t", "--address", address, "--timeout", timeout)
    assert done.exit_code == 0, done.output


def test_a_timeout_of_the_client_may_be_endless_but_must_be_a_number(address: str) -> None:
    with PushGenClient(address, timeout_s=float("inf")) as client:
        assert client.generate(ITEM).candidates
        assert client.generate(ITEM, timeout_s=datetime.timedelta.max.total_seconds()).candidates
        with pytest.raises(DeadlineExceeded):
            client.generate(ITEM, timeout_s=-1)
        with pytest.raises(ValueError, match="not a number"):
            client.generate(ITEM, timeout_s=float("nan"))
