"""How the engine is told whose turn it is."""

from __future__ import annotations

import asyncio
import math
import pickle
import sys
import types
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.deadline import Call, Deadline
from deployments.engines import Engine, EngineSettings, Prompt, Sampling
from deployments.engines.engine import scheduling_priority
from deployments.types import Priority

REALTIME, BACKFILL = Priority.REALTIME, Priority.BACKFILL
instants = st.floats(min_value=-1e6, max_value=1e12, allow_nan=False)


@given(instants, instants)
def test_realtime_comes_before_backfill_whatever_the_deadlines(one: float, other: float) -> None:
    assert scheduling_priority(REALTIME, Deadline(one)) < scheduling_priority(BACKFILL, Deadline(other))


@given(st.sampled_from(Priority), st.floats(min_value=0, max_value=1e8), st.floats(min_value=0.001, max_value=1e6))
def test_within_a_lane_the_earlier_deadline_comes_first(lane: Priority, at_s: float, later_s: float) -> None:
    earlier, later = Deadline(at_s), Deadline(at_s + later_s + 0.001)
    assert scheduling_priority(lane, earlier) < scheduling_priority(lane, later)


@pytest.mark.parametrize("at_s", [0.0, 1.5, -7.0, 1e300, math.inf, -math.inf])
def test_it_is_always_an_int_that_msgpack_carries(at_s: float) -> None:
    for lane in Priority:
        priority = scheduling_priority(lane, Deadline(at_s))
        assert isinstance(priority, int)
        assert 0 <= priority < 2**63


def test_work_without_a_deadline_comes_last_in_its_lane() -> None:
    for lane in Priority:
        assert scheduling_priority(lane, Deadline.after(3600)) < scheduling_priority(lane, None)
    assert scheduling_priority(REALTIME, None) < scheduling_priority(BACKFILL, Deadline(0))


def test_a_deadline_that_has_travelled_keeps_its_place() -> None:
    """Two requests from two processes: what counts is the time they have left, anchored where the engine is."""
    soon, late = (pickle.loads(pickle.dumps(Call(Deadline.after(s)))) for s in (1.0, 2.0))  # noqa: S301
    assert scheduling_priority(REALTIME, soon.deadline) < scheduling_priority(REALTIME, late.deadline)
    again = Deadline.after(1.0)
    assert scheduling_priority(REALTIME, soon.deadline) == pytest.approx(scheduling_priority(REALTIME, again), abs=500)


class Llm:
    """Takes vLLM's place: notes what it is asked with, and finishes nothing."""

    def __init__(self) -> None:
        self.priorities: list[int] = []

    async def generate(self, *_: Any, priority: int, **__: Any) -> AsyncIterator[Any]:
        self.priorities.append(priority)
        await asyncio.Event().wait()
        yield


async def test_the_engine_is_asked_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    vllm_api = types.SimpleNamespace(sampling_params=lambda **_: None, EngineDeadError=RuntimeError)
    monkeypatch.setitem(sys.modules, "deployments.engines.vllm_api", vllm_api)
    monkeypatch.setattr("deployments.engines.vllm_api", vllm_api, raising=False)
    engine = Engine(EngineSettings(model="m"))
    engine._llm = llm = Llm()
    deadlines = (Deadline.after(2), Deadline.after(1), None)
    lanes = ((REALTIME, deadlines[0]), (REALTIME, deadlines[1]), (BACKFILL, deadlines[1]), (REALTIME, None))
    work = [
        asyncio.create_task(
            engine.sample(Prompt(token_ids=(1,)), Sampling(), request_id=str(n), priority=lane, deadline=deadline)
        )
        for n, (lane, deadline) in enumerate(lanes)
    ]
    await asyncio.sleep(0)
    for task in work:
        task.cancel()
    await asyncio.gather(*work, return_exceptions=True)
    assert llm.priorities == [scheduling_priority(lane, deadline) for lane, deadline in lanes]
    assert sorted(range(4), key=llm.priorities.__getitem__) == [1, 0, 3, 2]
