"""One arm over stand-ins for the application and its load."""

from __future__ import annotations

import asyncio
import itertools
import types
from typing import Any

import pytest

from benchmarks.autoscale import measure as module
from benchmarks.autoscale.arms import FAKES
from benchmarks.autoscale.load import StepAndSpikes
from benchmarks.chaos.cluster import Replica, View
from benchmarks.lib.open_loop import Limits, Outcome, Reply, Run, Sample


class Target:
    def __init__(self, *_: object) -> None:
        pass

    async def __aenter__(self) -> Target:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass


def view() -> View:
    """The generator grows from one to three, and one of the new ones has started."""
    states = ("RUNNING", "RUNNING", "STARTING")
    replicas = tuple(Replica("Generator", n, state, "node") for n, state in enumerate(states))
    return View("RUNNING", replicas, {"Generator": 3}, {}, "", "")


async def test_its_rows_are_the_requests_and_the_replicas_of_each_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    loop, looks, done = asyncio.get_running_loop(), itertools.count(), asyncio.Event()
    warmed: list[int] = []

    async def closed_loop(_target: Target, concurrency: int, _limits: Limits) -> None:
        warmed.append(concurrency)

    async def open_loop(_target: Target, arrivals: Any, limits: Limits) -> Run:
        assert (warmed, arrivals.base) == ([1], 2.0)
        await done.wait()
        return Run((Sample(0, 1.0, 1.0, 1.9, Reply(Outcome.OK)),), 0.0, limits.duration_s)

    def look(_served: object) -> View:
        if next(looks):  # the first view is kept by now
            loop.call_soon_threadsafe(done.set)
        return view()

    monkeypatch.setattr(module, "GrpcTarget", Target)
    monkeypatch.setattr(module, "closed_loop", closed_loop)
    monkeypatch.setattr(module, "open_loop", open_loop)
    monkeypatch.setattr(module, "look", look)
    monkeypatch.setattr(module, "_LOOK_S", 0.0)
    served: Any = types.SimpleNamespace(address="127.0.0.1:1", processes=list)
    rows = await module._measured("graph", served, StepAndSpikes(2.0))
    assert rows[0] == {"arm": "graph", "at_s": 1.0, "latency_ms": 900.0, "outcome": "ok", "degraded": False}
    seen = [row for row in rows if "deployment" in row]
    assert [row["deployment"] for row in seen[: len(FAKES)]] == [fake.deployment for fake in FAKES]
    generator = next(row for row in seen if row["deployment"] == "Generator")
    assert (generator["target"], generator["running"], generator["present"]) == (3, 2, 3)
    assert "machine_busy" in rows[-1]
