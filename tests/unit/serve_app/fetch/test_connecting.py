"""To which address a fetch connects: one that was checked, whoever answers for the name."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path

import pytest

from serve_app.fetch.fetcher import Cause, Fetcher, FetchFailed, SystemResolver
from serve_app.fetch.urls import target_of
from tests.certificates import self_signed
from tests.picture_host import LIMIT, PictureHost, answer, failure, fetch
from tests.unit.deployments.pictures import REAL


@pytest.mark.parametrize(
    "addresses",
    [
        ("10.0.0.8",),
        ("169.254.169.254",),
        ("127.0.0.1", "10.0.0.8"),
        ("::1",),
        ("::ffff:127.0.0.1",),
        ("64:ff9b::1",),
        ("fe80::1%eth0",),
        ("0.0.0.0",),  # noqa: S104
        ("127.1",),
        (),
    ],
)
async def test_no_address_is_connected_to_where_one_is_not_allowed(
    host: PictureHost, addresses: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def resolve(name: str, port: int) -> Sequence[str]:
        return addresses

    monkeypatch.setattr(host, "resolve", resolve)
    failed = await failure(host, "/cup.png")
    assert (failed.cause, failed.retryable) == (Cause.ADDRESS, False)
    assert not any(address in failed.reason for address in addresses)
    assert host.requests == []


async def test_loopback_is_not_connected_to_unless_it_is_allowed(host: PictureHost) -> None:
    assert (await failure(host, "/cup.png", networks=[])).cause is Cause.ADDRESS
    assert host.requests == []


async def test_a_host_is_resolved_once_so_that_a_second_answer_changes_nothing(
    host: PictureHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rebinding: a name server that says a good address to the check and another to the connection."""
    answers = [["127.0.0.1"], ["10.0.0.8"]]

    async def resolve(name: str, port: int) -> Sequence[str]:
        return answers.pop(0)

    monkeypatch.setattr(host, "resolve", resolve)
    monkeypatch.setattr(socket, "getaddrinfo", None)  # nobody asks the system behind the check
    assert await fetch(host, "/cup.png") == REAL["PNG"]
    assert answers == [["10.0.0.8"]]
    assert (await failure(host, "/cup.png")).cause is Cause.ADDRESS


async def test_of_several_addresses_the_next_is_tried(host: PictureHost, monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolve(name: str, port: int) -> Sequence[str]:
        return ["127.0.0.2", "127.0.0.1"]  # nothing listens on the first

    monkeypatch.setattr(host, "resolve", resolve)
    assert await fetch(host, "/cup.png") == REAL["PNG"]


async def test_a_name_server_that_says_nothing_ends_with_the_time(
    host: PictureHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent(name: str, port: int) -> Sequence[str]:
        await asyncio.sleep(3600)
        return []

    monkeypatch.setattr(host, "resolve", silent)
    assert (await failure(host, "/cup.png", time_s=0.1)).cause is Cause.TIME


async def test_a_closed_port_is_a_failed_connection(host: PictureHost) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        knobs = host.knobs(ports=[free.getsockname()[1]])
        url = f"http://pictures.test:{free.getsockname()[1]}/"
        with pytest.raises(FetchFailed) as failed:
            await Fetcher(knobs, host.resolve).fetch(target_of(url, knobs), LIMIT, 5)
    assert failed.value.cause is Cause.CONNECTION
    assert "127.0.0.1" not in failed.value.reason


async def test_the_proxy_of_the_environment_is_not_used(host: PictureHost, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert await fetch(host, "/cup.png") == REAL["PNG"]


@pytest.mark.parametrize(("name", "trusted"), [("pictures.test", True), ("other.test", False)])
async def test_tls_holds_the_name_of_the_url_and_not_the_address(
    name: str, trusted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority, tls = self_signed(tmp_path, name)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    names: list[str | None] = []
    tls.sni_callback = lambda _, sni, __: names.append(sni)  # type: ignore[assignment]
    async with PictureHost({"/cup.png": answer(REAL["PNG"])}).serving(tls) as host:
        knobs = host.knobs(allow_http=False)
        fetching = Fetcher(knobs, host.resolve).fetch(target_of(host.url("/cup.png", "https"), knobs), LIMIT, 5)
        if trusted:
            assert await fetching == REAL["PNG"]
        else:
            with pytest.raises(FetchFailed, match="TLS failed"):
                await fetching
            assert host.requests == []
    assert names == ["pictures.test"]


async def test_a_certificate_that_nobody_signed_is_not_trusted(tmp_path: Path) -> None:
    _, tls = self_signed(tmp_path, "pictures.test")
    async with PictureHost({"/cup.png": answer(REAL["PNG"])}).serving(tls) as host:
        knobs = host.knobs(allow_http=False)
        with pytest.raises(FetchFailed, match="TLS failed"):
            await Fetcher(knobs, host.resolve).fetch(target_of(host.url("/cup.png", "https"), knobs), LIMIT, 5)


async def test_the_system_resolves_in_threads_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve = SystemResolver()
    found = await resolve("localhost", 443)
    assert {ip_address(address).is_loopback for address in found} == {True}

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "nobody knows 10.0.0.8")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(FetchFailed) as failed:
        await resolve("nowhere.test", 443)
    assert (failed.value.cause, failed.value.retryable) == (Cause.HOST, False)
    assert "10.0.0.8" not in failed.value.reason
