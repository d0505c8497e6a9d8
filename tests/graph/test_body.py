"""Bodies of HTTP requests: media types, byte order marks, compression and its bombs, and what is no JSON."""

from __future__ import annotations

import asyncio
import gzip
import json
import random
import time
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from serve_app.flow.knobs import IngressKnobs
from serve_app.ingress.http_settings import HttpSettings
from tests.graph.fake_service import FakeService
from tests.graph.test_http import client_of, is_problem
from tests.graph.test_load import serving_http

PATH = "/v1/notifications:generate"
BODY = json.dumps({"item": {"id": "it", "title": "Crème brûlée"}}, ensure_ascii=False).encode()


def raw_deflate(body: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(body) + compressor.flush()


async def send(body: bytes, settings: HttpSettings | None = None, **headers: str) -> httpx.Response:
    async with client_of(FakeService(), settings) as client:
        return await post(client, body, **headers)


async def post(client: httpx.AsyncClient, body: bytes, **headers: str) -> httpx.Response:
    named = {"content-type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.post(PATH, content=body, headers={k: v for k, v in named.items() if v})


@pytest.mark.parametrize(
    "kind",
    ["application/json; charset=utf-8", "Application/JSON", "application/json;charset=UTF-8", "text/json",
     "application/vnd.acme+json", " application/json "],
)  # fmt: skip
async def test_json_by_its_many_names(kind: str) -> None:
    assert (await send(BODY, content_type=kind)).status_code == 200


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "json", "*/*"]
)
async def test_other_media_types_are_refused_in_words(kind: str) -> None:
    problem = is_problem(await send(BODY, content_type=kind), 415, "UNSUPPORTED_MEDIA_TYPE")
    assert "application/json" in problem["detail"]
    assert kind.partition(";")[0] in problem["detail"]


async def test_a_byte_order_mark_is_passed_over() -> None:
    marked = b"\xef\xbb\xbf" + BODY
    assert (await send(marked)).status_code == 200
    assert (await send(gzip.compress(marked), content_encoding="gzip")).status_code == 200


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (BODY.decode().encode("utf-16"), "not UTF-8"),
        (b"{'item': {}}", "line 1 column 2"),
        (b'{"item": {}', "Expecting ',' delimiter at line 1 column 12"),
    ],
)
async def test_what_is_no_json_is_said_in_words(body: bytes, words: str) -> None:
    assert words in is_problem(await send(body), 400, "MALFORMED_JSON")["detail"]


async def test_text_in_another_encoding_is_refused_with_its_field() -> None:
    (violation,) = is_problem(await send(BODY.decode().encode("latin-1")), 422, "INVALID_INPUT")["violations"]
    assert violation["field"] == "item.title"
    assert "not UTF-8" in violation["description"]


@pytest.mark.parametrize(
    ("encoding", "encode"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("GZIP", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", raw_deflate),
        ("identity", bytes),
        ("identity, gzip", gzip.compress),
        ("gzip, gzip", lambda body: gzip.compress(gzip.compress(body))),
        ("deflate, gzip", lambda body: gzip.compress(zlib.compress(body))),
        ("gzip", lambda body: gzip.compress(body[:9]) + gzip.compress(body[9:])),
        ("gzip", lambda body: gzip.compress(body) + bytes(512)),
    ],
)
async def test_compressed_bodies(encoding: str, encode: Callable[[bytes], bytes]) -> None:
    answer = await send(encode(BODY), content_encoding=encoding)
    assert answer.status_code == 200, answer.text
    assert answer.json()["decision"]["item_id"] == "it"


async def test_a_large_compressed_body_arrives_whole() -> None:
    service = FakeService()
    words = " ".join(str(number) for number in range(2200))
    body = json.dumps({"requests": [{"item": {"title": str(n), "description": words}} for n in range(200)]}).encode()
    async with client_of(service) as client:
        headers = {"content-type": "application/json", "content-encoding": "gzip"}
        members = gzip.compress(body[: 2**20]) + gzip.compress(body[2**20 :])
        answer = await client.post("/v1/notifications:batch", content=members, headers=headers)
    assert answer.status_code == 200
    assert service.seen[0][1].requests[199].item.description == words


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "aws-chunked", "gzip, br", "utf-8", "x" * 500])
async def test_unknown_encodings_are_refused_with_those_that_work(encoding: str) -> None:
    answer = await send(BODY, content_encoding=encoding)
    problem = is_problem(answer, 415, "UNSUPPORTED_ENCODING")
    assert answer.headers["accept-encoding"] == "gzip, deflate"
    assert "gzip or deflate" in problem["detail"]
    assert len(problem["detail"]) < 250


async def test_an_encoding_upon_another_has_an_end() -> None:
    body = BODY
    for _ in range(3):
        body = gzip.compress(body)
    is_problem(await send(body, content_encoding="gzip, gzip, gzip"), 415, "UNSUPPORTED_ENCODING")


@pytest.mark.parametrize(
    ("encoding", "body", "words"),
    [
        ("gzip", BODY, "never compressed"),
        ("gzip", b"", "too early"),
        ("gzip", gzip.compress(BODY)[:-9], "too early"),
        ("gzip", gzip.compress(BODY)[:-8] + b"\1" * 8, "damaged"),
        ("gzip", gzip.compress(BODY) + b"more", "damaged"),
        ("gzip", zlib.compress(BODY), "damaged"),
        ("deflate", zlib.compress(BODY)[:-5], "too early"),
        ("deflate", gzip.compress(BODY), "damaged"),
        ("gzip", gzip.compress(b"") * 3000, "damaged"),
    ],
)
async def test_broken_compression_is_said_in_words(encoding: str, body: bytes, words: str) -> None:
    problem = is_problem(await send(body, content_encoding=encoding), 400, "MALFORMED_ENCODING")
    assert f"not {encoding}" in problem["detail"]
    assert words in problem["detail"]


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "gzip, gzip"])
async def test_a_zip_bomb_is_refused_before_it_takes_the_memory(encoding: str) -> None:
    once = (zlib if encoding == "deflate" else gzip).compress(bytes(64 * 2**20))
    async with client_of(FakeService(), None) as client:  # whose making takes memory too
        tracemalloc.start()
        answer = await post(client, gzip.compress(once) if "," in encoding else once, content_encoding=encoding)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    is_problem(answer, 413, "BODY_TOO_LARGE")
    assert peak < 16 * 2**20  # threads of earlier tests allocate too


async def test_the_limit_of_bodies_holds_after_decompression() -> None:
    words = " ".join(str(number) for number in range(2000)).encode()
    for body, settings in [
        (gzip.compress(words), HttpSettings(max_body_bytes=5000)),
        (gzip.compress(words), HttpSettings(max_body_bytes=len(words) - 1)),
    ]:
        problem = is_problem(await send(body, settings, content_encoding="gzip"), 413, "BODY_TOO_LARGE")
        assert str(settings.max_body_bytes) in problem["detail"]
    fits = await send(gzip.compress(words), HttpSettings(max_body_bytes=len(words)), content_encoding="gzip")
    is_problem(fits, 400, "MALFORMED_JSON")


async def test_decompression_leaves_the_event_loop_free() -> None:
    numbers = " ".join(str(number * 7919 % 100_003) for number in range(3_000_000))
    body = gzip.compress(json.dumps({"item": {"title": numbers}}).encode(), compresslevel=1)
    longest, busy = 0.0, True

    async def beat() -> None:
        nonlocal longest
        while busy:
            last = time.perf_counter()
            await asyncio.sleep(0.001)
            longest = max(longest, time.perf_counter() - last)

    began = time.perf_counter()
    zlib.decompress(body, 31)
    alone_s = time.perf_counter() - began
    heart = asyncio.create_task(beat())
    is_problem(await send(body, content_encoding="gzip"), 422, "INVALID_INPUT")
    busy = False
    await heart
    assert longest < max(0.8 * alone_s, 0.1)


async def test_a_body_in_chunks_of_unknown_length() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        compressed = gzip.compress(BODY)
        for at in range(0, len(compressed), 7):
            yield compressed[at : at + 7]

    async with client_of(FakeService()) as client:
        headers = {"content-type": "application/json", "content-encoding": "gzip"}
        answer = await client.post(PATH, content=chunks(), headers=headers)
    assert answer.status_code == 200


async def test_a_client_that_waits_for_100_is_told_to_go_on_or_refused_at_once() -> None:
    async def ask(kind: str) -> tuple[bytes, bytes]:
        reader, writer = await asyncio.open_connection(*address.split(":"))
        head = f"POST {PATH} HTTP/1.1\r\nhost: x\r\ncontent-type: {kind}\r\ntransfer-encoding: chunked\r\n"
        writer.write(f"{head}expect: 100-continue\r\nconnection: close\r\n\r\n".encode())
        first = await asyncio.wait_for(reader.readuntil(b"\r\n"), 10)
        if b" 100 " in first:
            await reader.readuntil(b"\r\n")
            writer.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY))
        rest = await asyncio.wait_for(reader.read(), 10)
        writer.close()
        return first, rest

    async with serving_http(FakeService()) as address:
        first, rest = await ask("application/json")
        assert first == b"HTTP/1.1 100 Continue\r\n"
        assert rest.startswith(b"HTTP/1.1 200 ")
        first, _ = await ask("text/plain")
        assert first.startswith(b"HTTP/1.1 415 ")


async def slow(*pauses_s: float, timeout_s: float) -> httpx.Response:
    async def chunks() -> AsyncIterator[bytes]:
        for at, pause_s in enumerate(pauses_s):
            await asyncio.sleep(pause_s)
            yield BODY if at == len(pauses_s) - 1 else b" "

    async with client_of(service := FakeService(), HttpSettings(body_timeout_s=timeout_s)) as client:
        answer = await client.post(PATH, content=chunks(), headers={"content-type": "application/json"})
    assert service.intake.bytes == 0
    assert bool(service.seen) is (answer.status_code == 200)
    return answer


async def test_a_body_that_trickles_in_has_an_end() -> None:
    """Each byte of it is in time; all together are not. The service never hears of it."""
    problem = is_problem(await slow(*[0.02] * 50, timeout_s=0.1), 408, "BODY_TOO_SLOW")
    assert "bytes of the body arrived" in problem["detail"]
    assert (await slow(0.01, 0.01, timeout_s=5)).status_code == 200


async def test_a_large_body_has_longer() -> None:
    """Three MiB have three seconds more, and need half a second of them here."""

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b" " * 2**20
            await asyncio.sleep(0.1)
        yield BODY

    async with client_of(FakeService(), HttpSettings(body_timeout_s=0.05)) as client:
        answer = await client.post(PATH, content=chunks(), headers={"content-type": "application/json"})
    assert answer.status_code == 200


async def test_a_declared_length_of_very_many_digits_is_too_large() -> None:
    is_problem(await send(BODY, content_length="9" * 5000), 413, "BODY_TOO_LARGE")


async def test_bytes_are_counted_as_they_arrive_and_until_the_answer() -> None:
    service = FakeService()
    service.knobs = IngressKnobs.model_validate({"admission": {"max_held_mib": 1}})
    service.hang = True
    async with client_of(service) as client:
        padded = b" " * 2**20 + BODY
        headers = {"content-type": "application/json"}
        first = asyncio.create_task(client.post(PATH, content=padded, headers=headers))
        await asyncio.to_thread(service.reached.wait, 10)
        problem = is_problem(await client.post(PATH, content=BODY, headers=headers), 429, "OVERLOADED")
        assert problem["shed"] == "memory_full"
        assert service.intake.bytes == len(padded)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
    assert service.intake.bytes == 0


async def test_a_body_of_many_bytes_may_grow_tenfold_only() -> None:
    """Text of a hundred megabytes would hold the interpreter for a second, and with it every other request."""
    noise = random.Random(7).randbytes(300_000).hex().encode()
    body = gzip.compress(b'"' + noise + b"x" * 17 * 2**20 + b'"', compresslevel=1)
    assert len(body) < 600_000
    problem = is_problem(await send(body, content_encoding="gzip"), 413, "BODY_TOO_LARGE")
    assert "grows more than" in problem["detail"]
    fits = gzip.compress(b'"' + noise + b"x" * 14 * 2**20 + b'"', compresslevel=1)
    is_problem(await send(fits, content_encoding="gzip"), 422, "INVALID_INPUT")
