"""A worker's answers: every row once, bad ones alone, again where a stage was away, and the end of a lost one."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from deployments.errors import StageFailed, StageUnavailable
from deployments.types import Decision
from serve_app.bulk import worker
from serve_app.bulk.plan import Plan
from serve_app.bulk.rows import SCHEMA
from serve_app.bulk.worker import Answering, Worker
from serve_app.client.cli_input import request_of
from serve_app.contract.messages import GenerateNotificationRequest
from tests.unit.serve_app.bulk.test_answers import DECISION

WHOLE = DECISION.model_copy(update={"partial": False})
PARTIAL = DECISION.model_copy(update={"partial": True})


class Script:
    """A graph that answers in turn; the last answer stays."""

    def __init__(self, *answers: Decision | Exception, healthy: bool = True) -> None:
        self.answers = list(answers)
        self.healthy = healthy
        self.calls = self.most = self.now = 0

    async def decide(self, request: GenerateNotificationRequest, request_id: str) -> Decision:
        self.calls += 1
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0)
        self.now -= 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer.model_copy(update={"request_id": request_id, "item_id": request.item.id})

    async def check_health(self) -> None:
        if not self.healthy:
            raise StageUnavailable("the engine has died")


def rows(*texts: bytes) -> pa.Table:
    return pa.Table.from_pylist(
        [{"row": f"a:{n}", "key": "", "text": text} for n, text in enumerate(texts, 1)], schema=SCHEMA
    )


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_PAUSE_S", 0.0)


def answering(graph: Script, concurrency: int = 2, lost: Any = lambda: None) -> Answering:
    return Answering(graph, request_of, Path(), concurrency, lost)


async def test_a_bad_row_leaves_the_others_alone() -> None:
    graph = Script(WHOLE)
    table = await answering(graph).table(rows(b'{"id": "x", "title": "t"}', b"{", b'{"titel": "t"}'))
    read = table.to_pylist()
    assert [(r["row"], r["item_id"], r["reason"]) for r in read] == [
        ("a:1", "x", DECISION.reason.name), ("a:2", None, "INVALID_INPUT"), ("a:3", None, "INVALID_INPUT"),
    ]  # fmt: skip
    assert graph.calls == 1
    assert all(r["began_s"] <= r["ended_s"] for r in read)


async def test_tables_in_hand_share_the_places() -> None:
    graph = Script(WHOLE)
    both = answering(graph, concurrency=3)
    await asyncio.gather(*(both.table(rows(*[b'{"title": "t"}'] * 10)) for _ in range(2)))
    assert (graph.calls, graph.most) == (20, 3)


@pytest.mark.parametrize("first", [StageUnavailable("away"), PARTIAL])
async def test_what_a_stage_could_not_do_is_tried_again(first: Any) -> None:
    graph = Script(first, WHOLE)
    [row] = (await answering(graph).table(rows(b'{"title": "t"}'))).to_pylist()
    assert (graph.calls, row["partial"], row["problem"]) == (2, False, None)


async def test_tries_end_with_the_last_answer() -> None:
    graph = Script(PARTIAL)
    [row] = (await answering(graph).table(rows(b'{"title": "t"}'))).to_pylist()
    assert (graph.calls, row["partial"]) == (3, True)
    graph = Script(StageFailed("broke"))
    [row] = (await answering(graph).table(rows(b'{"title": "t"}'))).to_pylist()
    assert (graph.calls, row["reason"], row["input"]) == (1, "STAGE_FAILED", b'{"title": "t"}')


async def test_a_worker_without_its_engine_ends_before_it_answers() -> None:
    class Ended(BaseException):
        pass

    def end() -> None:
        raise Ended

    with pytest.raises(Ended):
        await answering(Script(PARTIAL, healthy=False), lost=end).table(rows(b'{"title": "t"}'))


def test_a_worker_answers_from_other_threads(root: Path) -> None:
    plan = Plan.of(root / "configs/fake.yaml")
    [row] = Worker(plan, request_of, root)(rows(b'{"title": "A heron in the fountain"}')).to_pylist()
    assert row["source"] == "GENERATED"
