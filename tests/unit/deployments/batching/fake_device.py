"""A fake device for tests of the batcher, and shorthands for what they submit."""

from __future__ import annotations

import asyncio
import threading

from deployments.batching import Batcher, BatchLimits, Work
from deployments.deadline import Call, Deadline
from deployments.types import Priority


def call(seconds: float = 30.0, priority: Priority = Priority.REALTIME) -> Call:
    return Call(deadline=Deadline.after(seconds), priority=priority)


def works(*lengths: int) -> list[Work[int]]:
    return [Work(n, n) for n in lengths]


class Device:
    """A forward that records its batches and can be held busy from the test."""

    def __init__(self, bad: int | None = None) -> None:
        self.batches: list[list[int]] = []
        self.free = threading.Event()
        self.free.set()
        self.entered = threading.Event()
        self.bad = bad

    def forward(self, payloads: list[int]) -> list[int]:
        self.batches.append(payloads)
        self.entered.set()
        assert self.free.wait(20)
        if self.bad in payloads:
            raise ValueError("bad entry")
        return [p * 10 for p in payloads]

    async def busy(self, batcher: Batcher[int, int]) -> asyncio.Task:
        """Occupy the device with one entry; what comes next must queue."""
        self.free.clear()
        task = asyncio.create_task(batcher.submit(works(1), call()))
        await asyncio.to_thread(self.entered.wait, 20)
        return task


async def started(device: Device, **limits: object) -> Batcher[int, int]:
    batcher: Batcher[int, int] = Batcher(device.forward, BatchLimits.model_validate(limits), "device")
    await batcher.start()
    return batcher


async def queued(batcher: Batcher[int, int], n: int) -> None:
    async with asyncio.timeout(10):
        while batcher.queued < n:  # noqa: ASYNC110 - a queue length has no event
            await asyncio.sleep(0)
