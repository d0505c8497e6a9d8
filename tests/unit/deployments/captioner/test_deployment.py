"""The captioner's deployment: one cache around every kind."""

from __future__ import annotations

from deployments.captioner.deployment import CaptionerDeployment
from deployments.captioner.settings import TagsCaptionerSettings
from deployments.deadline import Call, Deadline
from deployments.fakes import FakeCaptionerSettings
from deployments.types import Item
from tests.unit.deployments.replicas import unhosted

Replica = unhosted(CaptionerDeployment)


async def test_a_replica_answers_with_its_stage() -> None:
    result = await Replica(FakeCaptionerSettings()).caption(Item(title="A cat"), Call(Deadline.after(5)))
    assert "A cat" in result.caption.text


def test_a_captioner_that_can_be_cached_is() -> None:
    stage = Replica(TagsCaptionerSettings()).stage
    assert type(stage).__name__ == "CachedCaptioner"
    assert type(stage._inner).__name__ == "TagsCaptioner"


def test_a_fake_is_not_cached() -> None:
    assert type(Replica(FakeCaptionerSettings()).stage).__name__ == "FakeCaptioner"
