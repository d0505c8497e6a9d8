"""A short fuzz of both protocols against servers in this process, over fakes. `make fuzz` is the long one."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Iterable
from random import Random

import pytest

from benchmarks.fuzz import openapi, over_grpc, over_http
from benchmarks.fuzz.attempts import Attempt
from benchmarks.fuzz.judge import FOREIGN, fault_of
from benchmarks.fuzz.send import GrpcSender, HttpSender
from serve_app.ingress.http import create_app
from tests.graph.servers import serving, serving_http
from tests.graph.test_service import service

BOUND_S = 30.0


async def faults(sender: HttpSender | GrpcSender, attempts: Iterable[Attempt]) -> tuple[Counter[str], list[object]]:
    """The statuses, and what went wrong."""
    statuses: Counter[str] = Counter()
    wrong: list[object] = []
    source = iter(attempts)

    async def work() -> None:
        for attempt in source:
            answer = await sender.send(attempt)
            statuses[answer.status] += 1
            fault, words = fault_of(attempt, answer)
            if fault not in ("", FOREIGN):
                wrong.append((fault, words, attempt.kind, attempt.path, attempt.payload[:300], answer.text[:300]))

    await asyncio.gather(*(work() for _ in range(4)))
    await sender.close()
    return statuses, wrong


@pytest.mark.parametrize("kind", ["generated", "schema"])
async def test_no_http_request_breaks_or_reveals_anything(kind: str) -> None:
    async with serving_http(service()) as address:
        if kind == "schema":
            attempts: Iterable[Attempt] = openapi.attempts(create_app(service).openapi(), 18, Random(5))
        else:
            attempts = itertools.islice(over_http.attempts(Random(5)), 150)
        statuses, wrong = await faults(HttpSender(address, BOUND_S), attempts)
    assert wrong == []
    assert statuses["422"] > 0


async def test_no_grpc_call_breaks_or_reveals_anything() -> None:
    async with serving(service()) as address:
        attempts = itertools.islice(over_grpc.attempts(Random(5)), 150)
        statuses, wrong = await faults(GrpcSender(address, BOUND_S), attempts)
    assert wrong == []
    assert statuses["INVALID_ARGUMENT"] > 0
