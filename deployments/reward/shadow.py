"""The shadow: a second reward model that scores the live one's calls later, to measure how far the two agree."""

from __future__ import annotations

import asyncio
import logging
import math
import random
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

if TYPE_CHECKING:
    from deployments.reward.live import Loaded

logger = logging.getLogger("ray.serve")

Outcome = Literal["scored", "skipped", "failed"]

BACKLOG = 128
"""Calls in the queue; beyond it they are skipped."""
_ROWS = 16
"""Copies in one forward, which must be short: it holds the device."""
_RECENT = 256
_DISTANCES = (0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


class ShadowMetrics(Protocol):
    """Metrics of a shadow. `tau` is Kendall's tau-b, -1 to 1."""

    def call(self, outcome: Outcome) -> None: ...
    def agreement(self, live: str, shadow: str, tau: float, top1: bool) -> None: ...


class NoMetrics:
    def call(self, outcome: Outcome) -> None:
        """Count nothing."""

    def agreement(self, live: str, shadow: str, tau: float, top1: bool) -> None:
        """Count nothing."""


class ServeShadowMetrics:
    """Mean tau as a gauge, and its distribution as the distance (1 - tau) / 2.

    Ray's histograms take positive boundaries only, and export a sum made of the buckets' middles. The distance is 0 for
    the same order, 1/2 for unrelated ones and 1 for the reverse.
    """

    def __init__(self) -> None:
        from ray.serve.metrics import Counter, Gauge, Histogram  # noqa: PLC0415 - only a replica needs Ray

        def counter(name: str, text: str, *tags: str) -> Counter:
            return Counter(f"pushgen_reward_shadow_{name}", description=text, tag_keys=tags)  # type: ignore[arg-type]  # Ray means any length

        self._calls = counter("calls_total", "Calls for the shadow by outcome.", "outcome")
        self._top1 = counter("top1_total", "Calls by whether both have the same best copy.", "live", "shadow", "agree")
        self._recent: defaultdict[tuple[str, str], deque[float]] = defaultdict(lambda: deque(maxlen=_RECENT))
        self._tau = Gauge(
            "pushgen_reward_shadow_kendall_tau",
            description=f"Mean Kendall's tau-b between live and shadow over this replica's last {_RECENT} calls.",
            tag_keys=("live", "shadow"),  # type: ignore[arg-type]
        )
        self._distance = Histogram(
            "pushgen_reward_shadow_kendall_tau_distance",
            description="(1 - Kendall's tau-b) / 2 of a call: 0 is the same order, 1 the reverse.",
            boundaries=list(_DISTANCES),
            tag_keys=("live", "shadow"),  # type: ignore[arg-type]
        )

    def call(self, outcome: Outcome) -> None:
        self._calls.inc(tags={"outcome": outcome})

    def agreement(self, live: str, shadow: str, tau: float, top1: bool) -> None:
        tags = {"live": live, "shadow": shadow}
        recent = self._recent[live, shadow]
        recent.append(tau)
        self._tau.set(sum(recent) / len(recent), tags=tags)
        self._distance.observe((1 - tau) / 2, tags=tags)
        self._top1.inc(tags={**tags, "agree": "true" if top1 else "false"})


@dataclass(frozen=True)
class _Scored:
    """A call that the live model has answered."""

    texts: Sequence[str]
    means: Sequence[float]
    revision: str


class Shadow:
    """A background task of one event loop, from construction until `close`.

    Its forwards do not use the batcher's BACKFILL lane: they would fill batches of live copies and delay every live
    answer. Each waits until the batcher is `idle`, so under full load calls of the shadow are skipped.
    """

    def __init__(
        self, loaded: Loaded, share: float, idle: Callable[[], Awaitable[None]], metrics: ShadowMetrics
    ) -> None:
        self.loaded = loaded
        self.share = share
        self._idle = idle
        self._metrics = metrics
        self._backlog: asyncio.Queue[_Scored] = asyncio.Queue(BACKLOG)
        self._task = asyncio.create_task(self._run(), name="reward shadow")

    def offer(self, texts: Sequence[str], means: Sequence[float], revision: str) -> None:
        """Queue a call that the live model of this revision has answered. Never waits; skips a call of one copy."""
        if len(texts) < 2 or random.random() >= self.share:  # noqa: S311 - a sample, not a secret
            return
        try:
            self._backlog.put_nowait(_Scored(texts, means, revision))
        except asyncio.QueueFull:
            self._metrics.call("skipped")

    def close(self) -> None:
        self._task.cancel()
        for _ in range(self._backlog.qsize()):
            self._metrics.call("skipped")

    async def _run(self) -> None:
        while True:
            scored = await self._backlog.get()
            try:
                means = await self._means(scored.texts)
                agreement = await asyncio.to_thread(agree, scored.means, means)
            except Exception as error:
                logger.warning("the shadow reward model failed on a call", exc_info=error)
                self._metrics.call("failed")
                continue
            self._metrics.call("scored")
            if agreement is not None:
                tau, top1 = agreement
                self._metrics.agreement(scored.revision, self.loaded.model.revision, tau, top1)

    async def _means(self, texts: Sequence[str]) -> list[float]:
        model = self.loaded.model
        await self._idle()
        rows = await asyncio.to_thread(model.encode, texts)
        means: list[float] = []
        for first in range(0, len(rows), _ROWS):
            await self._idle()
            means += (await asyncio.to_thread(model.forward, rows[first : first + _ROWS]))[:, 0].tolist()
        return means


def agree(live: Sequence[float], shadow: Sequence[float]) -> tuple[float, bool] | None:
    """Return Kendall's tau-b of two rankings, and whether their first is the same; None if all of one are equal."""
    from scipy.stats import kendalltau  # noqa: PLC0415 - heavy

    tau = float(kendalltau(live, shadow, variant="b").statistic)
    return None if math.isnan(tau) else (tau, bool(np.argmax(live) == np.argmax(shadow)))
