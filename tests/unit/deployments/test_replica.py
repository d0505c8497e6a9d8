"""A stage in a replica: it starts once, then changes, and an impossible change does not stop it."""

from __future__ import annotations

import logging
import types
from typing import Any

import pytest

from deployments import replica
from deployments.errors import Misconfigured, StageUnavailable
from deployments.replica import StageReplica, keeping_knobs
from deployments.safe_log import SafeLines, SafeRequestId
from deployments.types import Stage, StageRevision


class Gauges:
    """Takes the place of Serve's gauge."""

    def __init__(self) -> None:
        self.values: list[float] = []

    def __call__(self, name: str, description: str) -> Gauges:
        assert name == "pushgen_knobs_refused"
        return self

    def set(self, value: float) -> None:
        self.values.append(value)


@pytest.fixture(autouse=True)
def gauges(monkeypatch: pytest.MonkeyPatch) -> Gauges:
    gauges = Gauges()
    monkeypatch.setattr(replica, "Gauge", gauges)
    context = types.SimpleNamespace(deployment="Toy")
    monkeypatch.setattr(replica, "serve", types.SimpleNamespace(get_replica_context=lambda: context))
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


async def test_the_first_knobs_start_the_stage_and_later_ones_change_it(gauges: Gauges) -> None:
    toy = Toy()
    deployment = ToyDeployment(toy)
    await deployment.reconfigure(None)
    await deployment.reconfigure({"speed": 2})
    what = "user_config of ToyDeployment"
    assert toy.seen == [("start", {}, what), ("change", {"speed": 2}, what)]
    assert gauges.values == [0, 0]
    assert (await deployment.revision()).kind == "toy"


async def test_a_stage_that_cannot_start_fails_its_replica_and_may_be_started_again(gauges: Gauges) -> None:
    toy = Toy()
    deployment = ToyDeployment(toy)
    with pytest.raises(Misconfigured, match="no such model"):
        await deployment.reconfigure({"error": Misconfigured("no such model")})
    assert gauges.values == []
    await deployment.reconfigure({})
    assert [verb for verb, _, _ in toy.seen] == ["start", "start"]


async def test_knobs_that_a_running_stage_refuses_leave_it_running_and_are_shown(
    gauges: Gauges, caplog: pytest.LogCaptureFixture
) -> None:
    deployment = ToyDeployment(Toy())
    await deployment.reconfigure({})
    with caplog.at_level("ERROR", "ray.serve"):
        await deployment.reconfigure({"error": Misconfigured("max_tokens=0 is too small")})
    assert gauges.values == [0, 1]
    assert "max_tokens=0 is too small" in caplog.text
    await deployment.reconfigure({})
    assert gauges.values == [0, 1, 0], "the next good knobs end the alarm"


def test_any_other_failure_of_a_change_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError), keeping_knobs(started=True):
        raise ZeroDivisionError


async def test_health_is_the_stages_once_it_has_started() -> None:
    toy = Toy()
    toy.healthy = False
    deployment = ToyDeployment(toy)
    await deployment.check_health()  # Serve asks while the model loads
    await deployment.reconfigure({})
    with pytest.raises(StageUnavailable):
        await deployment.check_health()


async def test_the_end_of_a_replica_stops_its_stage() -> None:
    toy = Toy()
    await StageReplica.__del__(ToyDeployment(toy))
    assert toy.stopped == 1


def test_the_log_of_a_replica_cannot_be_forged(monkeypatch: pytest.MonkeyPatch) -> None:
    log = logging.getLogger("ray.serve")
    monkeypatch.setattr(log, "filters", [])
    ToyDeployment(Toy())
    assert [type(each) for each in log.filters] == [SafeLines, SafeRequestId]
