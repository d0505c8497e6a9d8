"""Fetching from a host on loopback that does what a hostile one would."""

from __future__ import annotations

import asyncio

import pytest

from serve_app.fetch.fetcher import Cause, Fetcher
from serve_app.fetch.urls import target_of
from tests.picture_host import LIMIT, PictureHost, answer, failure, fetch
from tests.unit.deployments.pictures import REAL


async def test_a_picture_arrives_whole_and_is_asked_for_plainly(host: PictureHost) -> None:
    assert await fetch(host, "/cup.png") == REAL["PNG"]
    (lines,) = host.requests
    sent = {line.split(": ")[0].lower(): line.split(": ")[1] for line in lines[1:] if line}
    assert lines[0] == "GET /cup.png HTTP/1.1"
    assert sent == {
        "host": f"pictures.test:{host.port}",
        "accept": "image/*",
        "accept-encoding": "identity",
        "user-agent": "pushgen-serve",
    }


async def test_a_redirect_is_not_followed(host: PictureHost) -> None:
    host.answers["/r"] = answer(b"", "Location: http://169.254.169.254/latest/meta-data", status="302 Found")
    failed = await failure(host, "/r")
    assert (failed.cause, failed.retryable) == (Cause.STATUS, False)
    assert "redirect" in failed.reason
    assert "169.254" not in failed.reason
    assert host.resolved == ["pictures.test"]


@pytest.mark.parametrize(
    ("status", "retryable"),
    [
        ("404 Gone", False),
        ("403 No", False),
        ("204 Empty", False),
        ("206 Part", False),
        ("429 Slow", True),
        ("500 Oh", True),
        ("503 Busy", True),
    ],
)
async def test_another_status_is_named(host: PictureHost, status: str, retryable: bool) -> None:
    host.answers["/s"] = answer(b"", status=status)
    failed = await failure(host, "/s")
    assert (failed.cause, failed.retryable) == (Cause.STATUS, retryable)
    assert status[:3] in failed.reason


async def test_a_body_beyond_the_limit_is_not_read_on(host: PictureHost) -> None:
    sent = 0

    async def endless(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")
            sent += 65536
            await writer.drain()

    host.answers["/endless"] = endless
    failed = await failure(host, "/endless")
    assert (failed.cause, failed.retryable) == (Cause.SIZE, False)
    assert str(LIMIT) in failed.reason
    assert sent < 50 * 2**20  # what the sockets hold


async def test_a_body_in_tiny_pieces_leaves_the_event_loop_to_others(host: PictureHost) -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    host.answers["/tiny"] = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 20_000 + b"0\r\n\r\n"
    )
    task = asyncio.create_task(others())
    assert len(await fetch(host, "/tiny")) == 20_000
    task.cancel()
    assert turns > 20_000 / 64


async def test_a_length_beyond_the_limit_is_refused_before_the_body(host: PictureHost) -> None:
    host.answers["/large"] = answer(b"", length=10**12)
    assert (await failure(host, "/large")).cause is Cause.SIZE


@pytest.mark.parametrize("path", ["/gone?sig=SECRET", "/empty?sig=SECRET"])
async def test_the_log_names_the_host_and_never_the_url(
    host: PictureHost, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    host.answers = {"/gone?sig=SECRET": answer(b"", status="404 Gone"), "/empty?sig=SECRET": b""}
    with caplog.at_level("INFO", "ray.serve"):
        await failure(host, path)
    assert "pictures.test" in caplog.text
    assert "SECRET" not in caplog.text


async def test_a_slow_body_ends_with_the_time(host: PictureHost) -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.01)

    host.answers["/drip"] = drip
    failed = await failure(host, "/drip", time_s=0.2)
    assert (failed.cause, failed.retryable) == (Cause.TIME, True)


async def test_a_host_that_says_nothing_ends_with_the_time(host: PictureHost) -> None:
    async def silent(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(3600)

    host.answers["/silent"] = silent
    assert (await failure(host, "/silent", time_s=0.1)).cause is Cause.TIME


@pytest.mark.parametrize(
    "broken",
    [
        answer(REAL["PNG"][:50], length=len(REAL["PNG"])),  # closes early
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\n12345",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000,
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"",
    ],
)
async def test_a_broken_answer_is_a_failed_connection(host: PictureHost, broken: bytes) -> None:
    host.answers["/broken"] = broken
    failed = await failure(host, "/broken")
    assert (failed.cause, failed.retryable) == (Cause.CONNECTION, True)


async def test_more_bytes_than_said_are_not_read(host: PictureHost) -> None:
    host.answers["/more"] = answer(REAL["PNG"] + b"more", length=len(REAL["PNG"]))
    assert await fetch(host, "/more") == REAL["PNG"]


async def test_nothing_is_decompressed(host: PictureHost) -> None:
    host.answers["/gz"] = answer(b"\x1f\x8b packed", "Content-Encoding: gzip")
    assert await fetch(host, "/gz") == b"\x1f\x8b packed"


async def test_at_most_so_many_are_fetched_at_a_time(host: PictureHost) -> None:
    async def slowly(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.02)
        writer.write(answer(b"x"))

    knobs = host.knobs(max_concurrent=3)
    fetcher = Fetcher(knobs, host.resolve)
    host.answers = {f"/{n}": slowly for n in range(12)}
    await asyncio.gather(*(fetcher.fetch(target_of(host.url(f"/{n}"), knobs), LIMIT, 10) for n in range(12)))
    assert len(host.requests) == 12
    assert host.most_open <= 4  # the host notices a moment later that one was closed


async def test_a_cancelled_fetch_leaves_no_connection(host: PictureHost) -> None:
    asked = asyncio.Event()

    async def silent(writer: asyncio.StreamWriter) -> None:
        asked.set()
        await asyncio.sleep(3600)

    host.answers["/silent"] = silent
    knobs = host.knobs(max_concurrent=1)
    fetcher = Fetcher(knobs, host.resolve)
    task = asyncio.create_task(fetcher.fetch(target_of(host.url("/silent"), knobs), LIMIT, 60))
    await asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await fetcher.fetch(target_of(host.url("/cup.png"), knobs), LIMIT, 5) == REAL["PNG"]  # its place is free


async def test_a_picture_is_kept_for_a_while_and_within_bounds(host: PictureHost) -> None:
    now = 0.0
    knobs = host.knobs(cache_mib=1, cache_s=10)
    fetcher = Fetcher(knobs, host.resolve, lambda: now)
    target = target_of(host.url("/cup.png"), knobs)
    assert fetcher.cached(target) is None
    await fetcher.fetch(target, LIMIT, 5)
    assert fetcher.cached(target) == REAL["PNG"]
    now = 11
    assert fetcher.cached(target) is None
    keeping_none = Fetcher(host.knobs(cache_mib=0), host.resolve)
    await keeping_none.fetch(target, LIMIT, 5)
    assert keeping_none.cached(target) is None
