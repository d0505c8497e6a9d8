from __future__ import annotations

import asyncio

import pytest

from deployments.engines.merge import as_they_finish


class Work:
    """Jobs that finish when told, and say how they ended."""

    def __init__(self) -> None:
        self.gates = [asyncio.Event() for _ in range(3)]
        self.cancelled: list[int] = []

    async def job(self, n: int) -> int:
        try:
            await self.gates[n].wait()
        except asyncio.CancelledError:
            self.cancelled.append(n)
            raise
        return n

    def all(self) -> list:
        return [self.job(n) for n in range(3)]


async def test_results_come_in_the_order_they_finish() -> None:
    work = Work()
    stream = as_they_finish(work.all())
    seen = []
    for n in (2, 0, 1):
        work.gates[n].set()
        seen.append(await anext(stream))
    assert seen == [2, 0, 1]
    with pytest.raises(StopAsyncIteration):
        await anext(stream)


async def test_a_consumer_that_stops_cancels_the_rest() -> None:
    work = Work()
    stream = as_they_finish(work.all())
    work.gates[1].set()
    assert await anext(stream) == 1
    await stream.aclose()
    assert sorted(work.cancelled) == [0, 2]


async def test_a_cancelled_consumer_cancels_everything() -> None:
    work = Work()

    async def consume() -> None:
        async for _ in as_they_finish(work.all()):
            pass

    task = asyncio.create_task(consume())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sorted(work.cancelled) == [0, 1, 2]


async def test_a_failure_is_raised_and_ends_the_others() -> None:
    work = Work()

    async def fails() -> int:
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        async for _ in as_they_finish([fails(), *work.all()]):
            pass
    assert sorted(work.cancelled) in ([], [0, 1, 2])  # those that had begun
