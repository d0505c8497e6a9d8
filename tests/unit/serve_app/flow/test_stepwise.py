"""Work in a thread ends when its caller has left."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from serve_app.flow.stepwise import in_steps


async def test_all_steps_run_off_the_loop_in_order() -> None:
    main = threading.get_ident()
    results = await in_steps(lambda: ((n, threading.get_ident()) for n in range(3)))
    assert [n for n, _ in results] == [0, 1, 2]
    assert main not in {thread for _, thread in results}


async def test_an_error_of_a_step_reaches_the_caller() -> None:
    with pytest.raises(ZeroDivisionError):
        await in_steps(lambda: (1 // n for n in (1, 0)))


async def test_the_work_of_a_caller_that_left_ends_with_its_step() -> None:
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()
    steps: list[int] = []

    def work() -> Iterator[int]:
        try:
            for n in range(1_000):
                steps.append(n)
                begun.set()
                go_on.wait(10)
                yield n
        finally:
            ended.set()

    task = asyncio.create_task(in_steps(work))
    await asyncio.to_thread(begun.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()
    assert await asyncio.to_thread(ended.wait, 10)
    assert steps == [0]
