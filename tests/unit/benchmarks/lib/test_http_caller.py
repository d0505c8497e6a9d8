"""The caller over HTTP, against the app itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from benchmarks.lib.fates import Fate
from benchmarks.lib.http_caller import HttpCaller
from deployments.errors import DeadlineExceeded, Overloaded, StageFailed, StageUnavailable
from serve_app.ingress.http import create_app
from tests.unit.benchmarks.lib.echoing import EchoingService, requests


@pytest_asyncio.fixture
async def service() -> EchoingService:
    return EchoingService()


@pytest_asyncio.fixture
async def caller(service: EchoingService) -> AsyncIterator[HttpCaller]:
    made = HttpCaller("http://service", httpx.ASGITransport(create_app(lambda: service)))
    yield made
    await made.close()


async def test_answers_to_their_requests_are_good(caller: HttpCaller) -> None:
    assert await caller.unary(requests()[0], 10) == (Fate.GOOD, "")
    assert await caller.stream(requests()[0], 10) == (Fate.GOOD, "")
    assert await caller.batch(requests(), 10) == (Fate.GOOD, "")


async def test_answers_to_others_are_wrong(caller: HttpCaller, service: EchoingService) -> None:
    service.mixes_up = True
    assert (await caller.unary(requests()[0], 10)).fate is Fate.WRONG
    assert (await caller.stream(requests()[0], 10)).fate is Fate.WRONG
    assert (await caller.batch(requests(), 10)).fate is Fate.WRONG


async def test_what_ends_too_early_is_lost(caller: HttpCaller, service: EchoingService) -> None:
    service.cuts = True
    assert (await caller.stream(requests()[0], 10)).fate is Fate.LOST
    assert (await caller.batch(requests(), 10)).fate is Fate.LOST


async def test_errors_are_what_they_mean(caller: HttpCaller, service: EchoingService) -> None:
    service.fails = {"generate": Overloaded("full"), "stream": StageUnavailable("away"), "batch": DeadlineExceeded("")}
    assert await caller.unary(requests()[0], 10) == (Fate.REFUSED, "429 OVERLOADED")
    assert (await caller.stream(requests()[0], 10)).fate is Fate.REFUSED
    assert (await caller.batch(requests(), 10)).fate is Fate.EXPIRED
    service.fails, service.after = {"stream": StageFailed("broke")}, 2  # when the status has left
    assert (await caller.stream(requests()[0], 10)).fate is Fate.INTERNAL
    service.fails = {"item 1": StageFailed("broke")}
    assert (await caller.batch(requests(), 10)).fate is Fate.INTERNAL


async def test_it_comes_back_when_retry_after_says_so(caller: HttpCaller, service: EchoingService) -> None:
    away = StageUnavailable("away")
    away.retry_after_s = 0.1
    service.fails = {"generate": away}
    asyncio.get_running_loop().call_later(0.3, service.fails.clear)
    assert await caller.unary(requests()[0], 10) == (Fate.GOOD, "")
    service.fails = {"generate": away}
    assert (await caller.unary(requests()[0], 1.0)).fate is Fate.LOST  # a second of Retry-After does not fit


async def test_no_answer_is_lost(caller: HttpCaller, service: EchoingService) -> None:
    service.hang = True
    assert await caller.unary(requests()[0], 0.1) == (Fate.LOST, "no answer")


async def test_nothing_at_the_address_is_lost() -> None:
    nobody = HttpCaller("http://127.0.0.1:1")
    assert (await nobody.unary(requests()[0], 3.0)).fate is Fate.LOST
    await nobody.close()
