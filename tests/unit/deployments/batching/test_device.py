"""A batcher whose device is lost or hangs says so and takes no further work; bad inputs alone do not look like that."""

from __future__ import annotations

import asyncio

import pytest

from deployments.batching import Batcher, Work
from deployments.errors import StageFailed, StageUnavailable
from tests.unit.deployments.batching.fake_device import Device, call, queued, started, works


class Breakable(Device):
    """Fails on negative inputs, and on all once it is `lost`."""

    lost = False

    def forward(self, payloads: list[int]) -> list[int]:
        if self.lost or min(payloads) < 0:
            raise RuntimeError("CUDA error: an illegal memory access was encountered")
        return super().forward(payloads)


async def fails(batcher: Batcher[int, int], payload: int, times: int) -> None:
    for _ in range(times):
        with pytest.raises(StageFailed):
            await batcher.submit([Work(payload, 1)], call())


async def until_broken(batcher: Batcher[int, int]) -> None:
    async with asyncio.timeout(10):
        while True:
            try:
                batcher.check_health()
            except StageUnavailable:
                return
            await asyncio.sleep(0.001)


async def test_a_device_that_fails_on_everything_is_lost_and_refuses_at_once() -> None:
    device = Breakable()
    batcher = await started(device, max_failures=20)
    await batcher.submit(works(3), call())
    device.lost = True
    await fails(batcher, 3, 19)
    batcher.check_health()
    await fails(batcher, 3, 1)
    await until_broken(batcher)
    with pytest.raises(StageUnavailable, match=r"has stopped|is stopping"):
        await batcher.submit(works(3), call())
    await batcher.stop()


async def test_a_device_that_never_worked_is_lost_too() -> None:
    device = Breakable()
    device.lost = True
    batcher = await started(device, max_failures=3)
    await fails(batcher, 3, 3)
    await until_broken(batcher)
    await batcher.stop()


async def test_a_poisoned_item_kills_no_replica_however_often_it_comes() -> None:
    batcher = await started(Breakable(), max_failures=5)
    await batcher.submit(works(3), call())
    await fails(batcher, -1, 23)
    assert (await batcher.submit(works(4), call()))[0].value == 40
    batcher.check_health()
    await batcher.stop()


@pytest.mark.parametrize("together", [1, 8])
async def test_a_lost_device_refuses_what_waits_for_it(together: int) -> None:
    device = Breakable()
    batcher = await started(device, max_failures=1, max_batch_items=together)
    first = await device.busy(batcher)
    waiting = [asyncio.create_task(batcher.submit(works(5), call())) for _ in range(4)]
    await queued(batcher, 4)
    device.lost = True
    device.free.set()
    outcomes = await asyncio.gather(first, *waiting, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes[1:]} == {StageFailed, StageUnavailable}
    await batcher.stop()


async def test_a_forward_that_hangs_is_found_and_does_not_hold_up_the_end() -> None:
    device = Device()
    batcher = await started(device, max_forward_s=0.05)
    hanging = await device.busy(batcher)
    waiting = asyncio.create_task(batcher.submit(works(5), call()))
    await queued(batcher, 1)
    await until_broken(batcher)
    with pytest.raises(StageUnavailable, match="hangs"):
        await waiting
    with pytest.raises(StageUnavailable, match="hangs"):
        await batcher.submit(works(2), call())
    async with asyncio.timeout(5):
        await batcher.stop()
    device.free.set()
    assert (await hanging)[0].value == 10, "late, for whoever still waits"


async def test_a_forward_that_was_only_slow_works_on() -> None:
    device = Device()
    batcher = await started(device, max_forward_s=0.05)
    slow = await device.busy(batcher)
    await until_broken(batcher)
    device.free.set()
    await slow
    await batcher.idle()
    batcher.check_health()
    assert (await batcher.submit(works(2), call()))[0].value == 20
    await batcher.stop()
