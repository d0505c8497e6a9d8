"""A stage in a replica: it starts once, then changes, and an impossible change does not stop it."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from deployments import replica
from deployments.errors import Misconfigured, StageUnavailable
from deployments.readings import Reading, reading
from deployments.replica import StageReplica, keeping_knobs
from deployments.safe_log import SafeLines, SafeRequestId
from deployments.types import Stage, StageRevision


class Knobs:
    """Takes the place of the metrics of the knobs. values: 0 for knobs that were taken, 1 for refused ones."""

    def __init__(self) -> None:
        self.values: list[float] = []
        self.seen: list[Any] = []

    def __call__(self, _deployment: str) -> Knobs:
        return self

    def took(self, user_config: Any) -> None:
        self.values.append(0)
        self.seen.append(user_config)

    def refused(self) -> None:
        self.values.append(1)

    def publish(self) -> None:
        self.seen.append("published")


class Published:
    """Takes the place of the metrics of a stage."""

    def __init__(self, _deployment: str) -> None:
        self.seen: list[Any] = []

    def publish(self, readings: list[Reading], revision: StageRevision) -> None:
        self.seen.append((readings[0].value, revision.kind))


@pytest.fixture(autouse=True)
def gauges(monkeypatch: pytest.MonkeyPatch) -> Knobs:
    gauges = Knobs()
    monkeypatch.setattr(replica, "KnobMetrics", gauges)
    monkeypatch.setattr(replica, "StageMetrics", Published)
    monkeypatch.setattr(replica, "end_process", lambda: None)
    return gauges


class Toy:
    """A stage that notes what is asked of it, and refuses knobs that say so."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, dict[str, Any], str]] = []
        self.healthy = True
        self.stopped = 0

    async def _take(self, verb: str, user_config: dict[str, Any], what: str) -> None:
        self.seen.append((verb, user_config, what))
        if error := user_config.get("error"):
            raise error

    async def start_with(self, user_config: dict[str, Any], what: str) -> None:
        await self._take("start", user_config, what)

    async def reconfigure_with(self, user_config: dict[str, Any], what: str) -> None:
        await self._take("change", user_config, what)

    def readings(self) -> list[Reading]:
        return [reading("engine_kv_cache_usage", 0.5)]

    def revision(self) -> StageRevision:
        return StageRevision(stage=Stage.ROUTE, kind="toy")

    async def check_health(self) -> None:
        if not self.healthy:
            raise StageUnavailable("the toy has stopped")

    async def stop(self) -> None:
        self.stopped += 1


class ToyDeployment(StageReplica[Any]):
    def __del__(self) -> None:  # type: ignore[override]
        """Serve awaits the base's, Python does not."""


async def test_the_first_knobs_start_the_stage_and_later_ones_change_it(gauges: Knobs) -> None:
    toy = Toy()
    deployment = ToyDeployment(toy)
    await deployment.reconfigure(None)
    await deployment.reconfigure({"speed": 2})
    what = "user_config of Toy"
    assert toy.seen == [("start", {}, what), ("change", {"speed": 2}, what)]
    assert gauges.values == [0, 0]
    assert (await deployment.revision()).kind == "toy"


async def test_a_started_stage_tells_what_it_can_be_sized_by() -> None:
    deployment = ToyDeployment(Toy())
    assert await deployment.record_autoscaling_stats() == {}
    await deployment.reconfigure({})
    assert await deployment.record_autoscaling_stats() == {"engine_kv_cache_usage": 0.5}


async def test_a_stage_that_cannot_start_fails_its_replica_and_may_be_started_again(gauges: Knobs) -> None:
    toy = Toy()
    deployment = ToyDeployment(toy)
    with pytest.raises(Misconfigured, match="no such model"):
        await deployment.reconfigure({"error": Misconfigured("no such model")})
    assert gauges.values == []
    await deployment.reconfigure({})
    assert [verb for verb, _, _ in toy.seen] == ["start", "start"]


async def test_knobs_that_a_running_stage_refuses_leave_it_running_and_are_shown(
    gauges: Knobs, caplog: pytest.LogCaptureFixture
) -> None:
    deployment = ToyDeployment(Toy())
    await deployment.reconfigure({})
    with caplog.at_level("ERROR", "ray.serve"):
        await deployment.reconfigure({"error": Misconfigured("max_tokens=0 is too small")})
    assert gauges.values == [0, 1]
    assert "max_tokens=0 is too small" in caplog.text
    await deployment.reconfigure({})
    assert gauges.values == [0, 1, 0], "the next good knobs end the alarm"


def test_any_other_failure_of_a_change_is_not_hidden(gauges: Knobs) -> None:
    with pytest.raises(ZeroDivisionError), keeping_knobs(True, {}, gauges):  # type: ignore[arg-type]
        raise ZeroDivisionError


async def test_health_is_the_stages_once_it_has_started() -> None:
    toy = Toy()
    toy.healthy = False
    deployment = ToyDeployment(toy)
    await deployment.check_health()  # Serve asks while the model loads
    await deployment.reconfigure({})
    with pytest.raises(StageUnavailable):
        await deployment.check_health()


async def test_a_lost_stage_takes_no_call_and_ends_its_process_unless_it_recovers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ended = threading.Event()
    monkeypatch.setattr(replica, "end_process", ended.set)
    monkeypatch.setattr(replica, "_END_AFTER_S", 0.05)
    toy = Toy()
    deployment = ToyDeployment(toy)
    await deployment.reconfigure({})
    assert deployment.serving is toy
    toy.healthy = False
    for _ in range(3):
        with pytest.raises(StageUnavailable):
            await deployment.check_health()
    with pytest.raises(StageUnavailable, match="the toy has stopped"):
        _ = deployment.serving
    assert await asyncio.to_thread(ended.wait, 10)
    toy.healthy = True
    await deployment.check_health()
    assert deployment.serving is toy


async def test_a_stage_that_recovers_in_time_lives_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replica, "end_process", lambda: pytest.fail("ended"))
    monkeypatch.setattr(replica, "_END_AFTER_S", 3600)
    toy = Toy()
    deployment = ToyDeployment(toy)
    await deployment.reconfigure({})
    toy.healthy = False
    with pytest.raises(StageUnavailable):
        await deployment.check_health()
    timer = deployment._end
    toy.healthy = True
    await deployment.check_health()
    assert timer is not None
    await asyncio.to_thread(timer.join, 10)
    assert not timer.is_alive()


OWNER = """
import subprocess, sys
from deployments.replica import end_process
child = subprocess.Popen([sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)"])
print(child.pid, flush=True)
input()
end_process()
"""


def test_a_replica_that_ends_itself_leaves_no_process_even_one_that_is_stopped(root: Path) -> None:
    owner = subprocess.Popen([sys.executable, "-c", OWNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root)
    assert owner.stdout is not None
    child = psutil.Process(int(owner.stdout.readline()))
    owner.communicate(b"\n", timeout=30)
    assert owner.returncode == 1
    until = time.monotonic() + 10
    while child.is_running() and child.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < until
        time.sleep(0.01)


async def test_the_end_of_a_replica_stops_its_stage() -> None:
    toy = Toy()
    await StageReplica.__del__(ToyDeployment(toy))
    assert toy.stopped == 1


def test_the_log_of_a_replica_cannot_be_forged(monkeypatch: pytest.MonkeyPatch) -> None:
    log = logging.getLogger("ray.serve")
    monkeypatch.setattr(log, "filters", [])
    ToyDeployment(Toy())
    assert [type(each) for each in log.filters] == [SafeLines, SafeRequestId]


async def test_the_knobs_that_a_replica_took_and_its_figures_are_published_at_each_look(gauges: Knobs) -> None:
    deployment: Any = ToyDeployment(Toy())
    await deployment.reconfigure({"speed": 1})
    await deployment.reconfigure({"error": Misconfigured("x")})
    for _ in range(2):
        await deployment.check_health()
    assert gauges.seen == [{"speed": 1}, "published", "published"]
    assert deployment._metrics.seen == [(0.5, "toy")] * 2
