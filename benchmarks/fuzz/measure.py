"""Starts the graph on fakes, sends it the attempts, and sums up what it made of them."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

import psutil
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from benchmarks.fuzz import attempts as files
from benchmarks.fuzz import openapi, over_grpc, over_http
from benchmarks.fuzz.attempts import Attempt, Protocol
from benchmarks.fuzz.judge import CRASH, FOREIGN, HANG, INTERNAL, LEAK, fault_of
from benchmarks.fuzz.send import Answer, GrpcSender, HttpSender
from benchmarks.lib.console import console, quiet
from benchmarks.lib.local_app import fakes, started
from serve_app.demo.local import LocalServe
from serve_app.ingress.core import Service
from serve_app.ingress.http import create_app

CONFIG: Final = Path("configs/fake.yaml")
FAILURES: Final = Path("build/fuzz/failures.jsonl")
_AT_A_TIME: Final = 8
_MOST_KEPT: Final = 1_000
_FROM_SCHEMA: Final = 0.12
_PROBE_S: Final = 0.1
_LATENCY_MS: Final = {"Captioner": 1.0, "CategoryRouter": 1.0, "Generator": 1.0, "RewardScorer": 1.0}
_SERVE: Final = ("ray::ServeReplica", "ray::ProxyActor", "ray::ServeController", "haproxy")


@dataclass(frozen=True)
class Plan:
    """The command's options."""

    requests: int
    seed: int
    bound_s: float
    most_minutes: float
    replay: Path | None = None


@dataclass
class Tally:
    """The outcomes of the attempts."""

    tried: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    failed: list[tuple[Attempt, str]] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def take(self, attempt: Attempt, answer: Answer) -> None:
        fault, words = fault_of(attempt, answer)
        self.tried[attempt.protocol] += 1
        self.kinds[f"{attempt.protocol} {attempt.kind}"] += 1
        self.statuses[f"{attempt.protocol} {answer.status}"] += 1
        row = {"protocol": attempt.protocol, "kind": attempt.kind, "status": answer.status, "fault": fault}
        self.rows.append(row | {"bytes": len(attempt.payload), "wall_ms": round(answer.wall_ms, 1)})
        if fault:
            self.faults[fault] += 1
            if len(self.failed) < _MOST_KEPT:
                self.failed.append((attempt, f"{fault}: {words}"))


def attempts_of(plan: Plan) -> Iterator[tuple[Protocol, Sequence[Attempt] | Iterator[Attempt], int]]:
    """Yield each protocol with its attempts and their number."""
    if plan.replay is not None:
        again = list(files.read(plan.replay))
        for protocol in ("http", "grpc"):
            chosen = [attempt for attempt in again if attempt.protocol == protocol]
            yield protocol, chosen, len(chosen)
        return
    with console.status("making requests of the OpenAPI document"):
        document = create_app(_no_service).openapi()
        of_schema = openapi.attempts(document, int(plan.requests * _FROM_SCHEMA), Random(plan.seed))
    yield "http", itertools.chain(of_schema, over_http.attempts(Random(plan.seed + 1))), plan.requests
    yield "grpc", over_grpc.attempts(Random(plan.seed + 2)), plan.requests


async def run(plan: Plan) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The result and the raw rows. Failed attempts are in `FAILURES`."""
    tally, probes = Tally(), list[float]()
    with started(CONFIG, fakes(_LATENCY_MS)) as app:
        before = processes(app)
        async with probed(app, probes):
            for protocol, attempts, count in attempts_of(plan):
                sender, end = _sender(protocol, app, plan.bound_s), time.monotonic() + 60 * plan.most_minutes
                await _send_all(sender, itertools.islice(attempts, count), count, protocol, tally, end)
                await sender.close()
        gone = sorted(before.items() - processes(app).items())
    tally.faults[CRASH] += len(gone)
    files.write(FAILURES, tally.failed)
    return result(plan, tally, probes, [name for _, name in gone]), tally.rows


def result(plan: Plan, tally: Tally, probes: Sequence[float], gone: Sequence[str]) -> dict[str, Any]:
    walls = [row["wall_ms"] for row in tally.rows]
    return {
        "tried": dict(tally.tried),
        "internal": tally.faults[INTERNAL],
        "leaks": tally.faults[LEAK],
        "crashes": tally.faults[CRASH],
        "hangs": tally.faults[HANG],
        "slowest_ms": max(walls, default=0.0),
        "loop_lag_ms": round(max(probes, default=0.0), 1),
        "internal_of_the_proxy": tally.faults[FOREIGN],
        "died": list(gone),
        "kinds": dict(tally.kinds.most_common()),
        "statuses": dict(tally.statuses.most_common()),
        "requests": plan.requests,
        "seed": plan.seed,
        "bound_s": plan.bound_s,
    }


def _no_service() -> Service:
    raise RuntimeError("serves no request")


def _sender(protocol: Protocol, app: LocalServe, bound_s: float) -> HttpSender | GrpcSender:
    if protocol == "http":
        return HttpSender(app.url.removeprefix("http://"), bound_s)
    return GrpcSender(app.address, bound_s)


async def _send_all(
    sender: HttpSender | GrpcSender, attempts: Iterable[Attempt], count: int, protocol: str, tally: Tally, end: float
) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    source = iter(attempts)
    with Progress(*columns, console=console, disable=quiet()) as progress:
        bar = progress.add_task(protocol, total=count)

        async def work() -> None:
            for attempt in source:
                tally.take(attempt, await sender.send(attempt))
                progress.advance(bar)
                if time.monotonic() > end:
                    return

        await asyncio.gather(*(work() for _ in range(_AT_A_TIME)))


@asynccontextmanager
async def probed(app: LocalServe, probes: list[float]) -> AsyncIterator[None]:
    """Ask `/livez` all the while, which the ingress answers from its event loop at once; keep the milliseconds."""
    request = over_http.request("GET", "/livez", b"")
    sender = HttpSender(app.url.removeprefix("http://"), 60.0)

    async def probe() -> None:
        while True:
            probes.append((await sender.send(Attempt("http", "probe", request))).wall_ms)
            await asyncio.sleep(_PROBE_S)

    task = asyncio.create_task(probe())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def processes(app: LocalServe) -> dict[int, str]:
    """The replicas, proxies and the controller, by process id."""
    found = {}
    for process in app.processes():
        with suppress(psutil.Error):
            title = " ".join(process.cmdline())
            if any(name in title for name in _SERVE):
                found[process.pid] = title.split(" ")[0]
    return found
