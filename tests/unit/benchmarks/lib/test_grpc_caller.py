"""The caller over gRPC, against the adapter in a server of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from benchmarks.lib.fates import Fate
from benchmarks.lib.grpc_caller import GrpcCaller
from deployments.errors import Overloaded, StageFailed, StageUnavailable
from tests.graph.servers import serving
from tests.unit.benchmarks.lib.echoing import EchoingService, requests


@pytest_asyncio.fixture
async def service() -> EchoingService:
    return EchoingService()


@pytest_asyncio.fixture
async def caller(service: EchoingService) -> AsyncIterator[GrpcCaller]:
    async with serving(service) as address:
        made = GrpcCaller(address)
        yield made
        await made.close()


async def test_answers_to_their_requests_are_good(caller: GrpcCaller) -> None:
    assert await caller.unary(requests()[0], 10) == (Fate.GOOD, "")
    assert await caller.stream(requests()[0], 10) == (Fate.GOOD, "")
    assert await caller.batch(requests(), 10) == (Fate.GOOD, "")


async def test_answers_to_others_are_wrong(caller: GrpcCaller, service: EchoingService) -> None:
    service.mixes_up = True
    assert (await caller.unary(requests()[0], 10)).fate is Fate.WRONG
    assert (await caller.stream(requests()[0], 10)).fate is Fate.WRONG
    assert (await caller.batch(requests(), 10)).fate is Fate.WRONG


async def test_what_ends_too_early_is_lost(caller: GrpcCaller, service: EchoingService) -> None:
    service.cuts = True
    assert (await caller.stream(requests()[0], 10)).fate is Fate.LOST
    assert (await caller.batch(requests(), 10)).fate is Fate.LOST


async def test_errors_are_what_they_mean(caller: GrpcCaller, service: EchoingService) -> None:
    service.fails = {"generate": Overloaded("full", shed="queue_full"), "stream": StageUnavailable("away")}
    assert await caller.unary(requests()[0], 10) == (Fate.REFUSED, "queue_full")
    assert (await caller.stream(requests()[0], 10)).fate is Fate.REFUSED
    service.fails = {"item 1": StageFailed("broke")}
    assert (await caller.batch(requests(), 10)).fate is Fate.INTERNAL


async def test_no_answer_is_lost(caller: GrpcCaller, service: EchoingService) -> None:
    service.hang = True
    assert await caller.unary(requests()[0], 0.2) == (Fate.LOST, "no answer")
    assert await caller.stream(requests()[0], 0.2) == (Fate.LOST, "no answer")


async def test_nothing_at_the_address_is_lost() -> None:
    nobody = GrpcCaller("127.0.0.1:1")
    assert (await nobody.unary(requests()[0], 3.0)).fate is Fate.LOST
    await nobody.close()
