"""Callers who leave: their work stops in every stage, and what Serve's proxy misses ends with its time budget."""

from __future__ import annotations

import asyncio
import json
import random
import re
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from serve_app.demo.local import LocalServe, free_port
from tests.chaos.callers_that_leave import BUDGET_S, Callers

COUNT = 200
SOON_S = 5.0
# Serve's Python proxy does not always tell a replica that the caller of a stream has left.
MISSED_SHARE = 0.2
# Ray's own count of the calls in a replica, and the service's of requests in the graph.
_GAUGES = re.compile(
    r'^ray_(?:serve_replica_processing_queries|pushgen_requests_in_flight)\{.*?deployment="(\w+)".*?\} ([\d.]+)$', re.M
)


@pytest.fixture(scope="module")
def slow_app(root: Path) -> Iterator[LocalServe]:
    """Each request takes as long as its budget; all of them are in the generator at once."""

    def slow(config: dict) -> None:
        application = config["applications"][0]
        for scaling in application["args"]["scaling"].values():
            scaling.update(max_ongoing_requests=256, max_queued_requests=256)
        generator = next(d for d in application["deployments"] if d["name"] == "Generator")
        generator["user_config"] = {"latency_ms": 1000 * BUDGET_S}
        gate = {"adaptive": False, "max_in_flight": 240, "max_waiting": 0, "max_watches": 0, "backfill_share": 1.0}
        application["deployments"].append({"name": "Ingress", "user_config": {"admission": gate}})

    often = {"RAY_metrics_report_interval_ms": "250"}
    config = root / "configs/fake.yaml"
    with LocalServe(config, http_port=free_port(), grpc_port=free_port(), edit=slow, env=often) as app:
        app.wait_ready(120)
        yield app


def live(app: LocalServe) -> Counter[str]:
    """Calls in the replicas of each deployment."""
    discovery = next(app.folder.glob("ray/prom_metrics_service_discovery.json"))
    counts: Counter[str] = Counter()
    for target in [t for group in json.loads(discovery.read_text()) for t in group["targets"]]:
        with urllib.request.urlopen(f"http://{target}/metrics", timeout=10) as page:
            for deployment, value in _GAUGES.findall(page.read().decode()):
                counts[deployment] += int(float(value))
    return counts


def until(app: LocalServe, fine: Callable[[Counter[str]], bool], within_s: float) -> Counter[str]:
    """The counts as soon as they are fine, or at the end of the time."""
    end = time.monotonic() + within_s
    while not fine(counts := live(app)) and time.monotonic() < end:
        time.sleep(0.25)
    return counts


async def leave(app: LocalServe, kind: str) -> None:
    """Make COUNT calls of the kind at once, and cancel each after a while of its own."""
    callers = Callers(app.address, app.url)
    draw = random.Random(kind)

    async def one() -> None:
        call = asyncio.ensure_future(callers.kinds()[kind]())
        done, _ = await asyncio.wait({call}, timeout=draw.uniform(0.3, 1.5))
        assert not done, f"ended before it was cancelled: {call}"
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)

    await asyncio.gather(*(one() for _ in range(COUNT)))
    await callers.close()


def few(counts: Counter[str]) -> bool:
    return max(counts.values(), default=0) <= MISSED_SHARE * COUNT


@pytest.mark.parametrize("kind", ["grpc unary", "grpc stream", "http unary", "http stream"])
def test_cancelled_calls_stop_in_every_stage(slow_app: LocalServe, kind: str) -> None:
    asyncio.run(leave(slow_app, kind))
    counts = until(slow_app, few, SOON_S)
    assert few(counts), counts


def test_calls_of_a_killed_process_stop_in_every_stage(slow_app: LocalServe) -> None:
    command = [sys.executable, "-m", "tests.chaos.callers_that_leave", slow_app.address, slow_app.url, str(COUNT)]
    with subprocess.Popen(command) as process:
        counts = until(slow_app, lambda counts: counts["Generator"] >= 0.8 * COUNT, 30)
        process.kill()
    assert counts["Generator"] >= 0.8 * COUNT
    counts = until(slow_app, few, SOON_S)
    assert few(counts), counts


def test_nothing_of_all_this_outlives_its_time_budget(slow_app: LocalServe) -> None:
    counts = until(slow_app, lambda counts: not counts.total(), BUDGET_S + SOON_S)
    assert not counts.total(), counts
