"""Callers some of whom leave before their answer."""

from __future__ import annotations

import asyncio
import random
from typing import Final

from benchmarks.lib.fates import Fate, Judgement
from benchmarks.lib.open_loop import Reply, Target

_LONGEST_S: Final = 0.5


class Leaving:
    """Implements Target: a share of the calls of another target, drawn by their index, is cancelled on the way."""

    def __init__(self, target: Target, share: float, seed: int) -> None:
        self._target = target
        self._share = share
        self._seed = seed

    async def send(self, index: int, timeout_s: float) -> Reply:
        draw = random.Random(f"{self._seed} {index}")  # noqa: S311 - load, not secrets
        if draw.random() >= self._share:
            return await self._target.send(index, timeout_s)
        call = asyncio.ensure_future(self._target.send(index, timeout_s))
        done, _ = await asyncio.wait({call}, timeout=draw.uniform(0.0, _LONGEST_S))
        if done:
            return call.result()
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        return Judgement(Fate.CANCELLED).reply(timed=False)
