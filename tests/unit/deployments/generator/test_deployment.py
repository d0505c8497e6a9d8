"""The generator's deployment: drafts that are finished together travel together."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import pytest

from deployments.deadline import Call, Deadline
from deployments.errors import StageFailed
from deployments.fakes import FakeGeneratorSettings
from deployments.generator.deployment import GeneratorDeployment
from deployments.types import Draft
from tests.unit.deployments.generator.fake_engine import task
from tests.unit.deployments.replicas import unhosted

Replica = unhosted(GeneratorDeployment)


class Stage:
    """Writes two drafts, then breaks if it is told to; knows that it was closed."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.closed = False

    async def generate(self, _task: Any, _call: Any) -> AsyncGenerator[Draft, None]:
        try:
            for title in "ab":
                yield Draft(title=title, category="A", index=0)
            if self.error:
                raise self.error
        finally:
            self.closed = True


def replica(stage: Any = None) -> Any:
    made = Replica(FakeGeneratorSettings())
    made.stage = stage or made.stage
    return made


async def test_a_message_holds_all_drafts_that_are_ready() -> None:
    messages = [message async for message in replica(Stage()).generate(task(), Call(Deadline.after(5)))]
    assert [[draft.title for draft in message] for message in messages] == [["a", "b"]]


async def test_what_was_written_before_a_failure_leaves_first() -> None:
    stream = replica(Stage(StageFailed("x"))).generate(task(), Call(Deadline.after(5)))
    assert len(await anext(stream)) == 2
    with pytest.raises(StageFailed):
        await anext(stream)


async def test_a_caller_that_leaves_ends_the_writing() -> None:
    stage = Stage()
    stream = replica(stage).generate(task(), Call(Deadline.after(5)))
    await anext(stream)
    await stream.aclose()
    assert stage.closed
