"""Stages behind a handle: calls name their item, and what died with a replica is asked again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from ray.exceptions import RayActorError

from deployments.deadline import Call, Deadline
from deployments.types import Draft, GenerationTask, Image, Item, Stage
from serve_app.cluster.affinity import item_key
from serve_app.cluster.remote import RemoteCaptioner, RemoteGenerator
from serve_app.flow.metrics import NoMetrics
from tests.unit.deployments.generator.fake_engine import task


class Stream:
    """Answers three drafts in two messages, or dies before them."""

    def __init__(self, dies: bool) -> None:
        self.dies, self.cancelled = dies, False
        self._drafts = self._answers()

    def __aiter__(self) -> Stream:
        return self

    async def __anext__(self) -> list[Draft]:
        return await anext(self._drafts)

    async def _answers(self) -> AsyncIterator[list[Draft]]:
        if self.dies:
            raise RayActorError
        yield [Draft(title="Tea", category="A")]
        yield [Draft(title="Coffee", category="A"), Draft(title="Milk", category="A")]

    def cancel(self) -> None:
        self.cancelled = True


class Handle:
    """A handle whose first `dying` calls meet a replica that dies."""

    def __init__(self, dying: int) -> None:
        self.dying = dying
        self.tasks: list[GenerationTask] = []
        self.sessions: list[str] = []
        self.generate = self

    def options(self, *, stream: bool, session_id: str) -> Handle:
        assert stream
        self.sessions.append(session_id)
        return self

    def remote(self, work: GenerationTask, call: Call) -> Stream:
        self.tasks.append(work)
        return Stream(dies=len(self.tasks) <= self.dying)


class Retries(NoMetrics):
    def __init__(self) -> None:
        self.stages: list[Stage] = []

    def retried(self, stage: Stage) -> None:
        self.stages.append(stage)


async def test_a_task_that_died_with_its_replica_is_asked_again_with_its_adapter() -> None:
    handle: Any = Handle(dying=2)
    metrics = Retries()
    work = task(adapter="news")
    drafts = [d async for d in RemoteGenerator(handle, metrics).generate(work, Call(Deadline.after(5)))]
    assert [d.title for d in drafts] == ["Tea", "Coffee", "Milk"]
    assert handle.tasks == [work] * 3
    assert {work.adapter for work in handle.tasks} == {"news"}
    assert metrics.stages == [Stage.GENERATE] * 2
    assert handle.sessions == [item_key(work)] * 3, "every attempt names its item"


class CaptionerHandle:
    """A handle whose first call meets a replica that dies."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Item]] = []
        self.session = ""
        self.caption = self

    def options(self, *, session_id: str) -> CaptionerHandle:
        self.session = session_id
        return self

    async def remote(self, item: Item, call: Call) -> str:
        self.calls.append((self.session, item))
        if len(self.calls) == 1:
            raise RayActorError
        return "a caption"


async def test_a_call_of_the_captioner_names_its_pictures() -> None:
    handle: Any = CaptionerHandle()
    captioner = RemoteCaptioner(handle, NoMetrics())
    items = [Item(images=(Image(data=b"cat"),)), Item(title="Only words")]
    assert [await captioner.caption(item, Call(Deadline.after(5))) for item in items] == ["a caption"] * 2
    keys = [items[0].pictures_digest()] * 2 + [""]
    assert [key for key, _ in handle.calls] == keys, "every attempt; an item without pictures may go anywhere"
