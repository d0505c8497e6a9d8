"""The reward scorer's deployment: a change of its model happens behind the calls, one after another."""

from __future__ import annotations

import asyncio
import types
from typing import Any

import pytest

from deployments import replica
from deployments.deadline import Call, Deadline
from deployments.errors import Misconfigured
from deployments.fakes import FakeRewardSettings
from deployments.reward import deployment
from deployments.reward.deployment import RewardScorerDeployment
from deployments.types import Copy, ItemFacts
from tests.unit.deployments.replicas import unhosted

Replica = unhosted(RewardScorerDeployment)


class Stage:
    """Changes when it is let go; notes the order."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.seen: list[str] = []

    async def start_with(self, user_config: Any, what: str) -> None:
        if user_config.get("error"):
            raise Misconfigured("no such model")
        self.seen.append("start")

    async def reconfigure_with(self, user_config: Any, what: str) -> None:
        self.seen.append(f"begin {user_config['model']}")
        await self.go.wait()
        if "error" in user_config:
            raise user_config["error"]
        self.seen.append(f"end {user_config['model']}")

    async def score(self, facts: Any, copies: Any, call: Any) -> str:
        return f"{len(copies)} scored"

    async def stop(self) -> None: ...


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    unseen = types.SimpleNamespace(took=lambda _: None, refused=lambda: None, publish=lambda *_: None)
    monkeypatch.setattr(replica, "KnobMetrics", lambda _: unseen)
    monkeypatch.setattr(replica, "StageMetrics", lambda _: unseen)
    return Stage()


def scorer(stage: Stage) -> Any:
    made = Replica(FakeRewardSettings())
    made.stage = stage
    return made


async def seen(stage: Stage, what: str, times: int) -> None:
    async with asyncio.timeout(5):
        while stage.seen.count(what) < times:  # noqa: ASYNC110 - the stage has no event for it
            await asyncio.sleep(0)


async def changed(made: Any) -> None:
    async with asyncio.timeout(5):
        while made._changes:
            await asyncio.gather(*made._changes, return_exceptions=True)
            await asyncio.sleep(0)


async def test_the_start_is_waited_for_and_may_fail(stage: Stage) -> None:
    made = scorer(stage)
    with pytest.raises(Misconfigured):
        await made.reconfigure({"error": True})
    await made.reconfigure({})
    assert stage.seen == ["start"]


async def test_a_change_is_not_waited_for_and_changes_follow_each_other(stage: Stage) -> None:
    made = scorer(stage)
    await made.reconfigure({})
    await asyncio.wait_for(made.reconfigure({"model": "a"}), 1)
    await asyncio.wait_for(made.reconfigure({"model": "b"}), 1)
    assert await made.score(ItemFacts(), [Copy()], Call(Deadline.after(5))) == "1 scored"
    stage.go.set()
    await changed(made)
    assert stage.seen == ["start", "begin a", "end a", "begin b", "end b"]


@pytest.mark.parametrize("error", [Misconfigured("no such model"), RuntimeError("disk")], ids=["refused", "failed"])
async def test_a_change_that_fails_is_logged_and_the_next_one_comes_at_once(
    stage: Stage, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    made = scorer(stage)
    await made.reconfigure({})
    stage.go.set()
    with caplog.at_level("ERROR", "ray.serve"):
        await made.reconfigure({"model": "a", "error": error})
        await seen(stage, "begin a", 1)
        await made.reconfigure({"model": "b"})
        await changed(made)
    assert stage.seen == ["start", "begin a", "begin b", "end b"]
    assert "the old one stays" in caplog.text
    assert str(error) in caplog.text


async def test_a_change_that_fails_is_tried_again_a_few_times(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deployment, "_PAUSES_S", (0.001, 0.001, 0.001))
    made = scorer(stage)
    await made.reconfigure({})
    stage.go.set()
    config = {"model": "a", "error": Misconfigured("no memory for a second model")}
    await made.reconfigure(config)
    await seen(stage, "begin a", 2)
    del config["error"]
    await changed(made)
    assert stage.seen[-1] == "end a"
    await made.reconfigure({"model": "b", "error": Misconfigured("never")})
    await changed(made)
    assert stage.seen.count("begin b") == 4
