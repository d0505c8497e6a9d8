"""The variants of `benchmarks.scorer`: two devices, and four ways to feed them under the same limits.

`@serve.batch` runs here in the benchmark's own process, where its queue finds a replica's context because the benchmark
puts one there, so that it shares event loop, clock and load generator with the others. Outside a cluster its metrics
are recorded into nothing: it is measured at no more than what it costs in a replica.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from deployments.batching import Batcher, BatchLimits, Work
from deployments.deadline import Call, Deadline

# Nothing measured here may wait so long; a call that does is an error and not a result.
_PATIENCE_S = 120.0


@dataclass(frozen=True, slots=True)
class Row:
    """One copy as it waits for the device."""

    payload: Any
    tokens: int


class Device(Protocol):
    """Rows of given lengths, and the time that a batch of them takes."""

    def rows(self, lengths: Sequence[int]) -> list[Row]: ...
    def forward(self, rows: Sequence[Row]) -> Sequence[Any]: ...


class DeviceModel:
    """No device: a stated cost, waited for. seconds = launch + padded tokens x time per token.

    It waits in `time.sleep`, which leaves the GIL and the core to the event loop, as a kernel on a GPU does. Defaults
    are of the shipped scorer on an NVIDIA L4, worked out and not measured:
    time per token 600 ns: 22 MFLOP a token (2 x the 10.6 M weights of MiniLM-L6's six layers, and attention at 96
    tokens; the other 12 M of its 22.7 M weights are an embedding table that costs no arithmetic) at 30% of the 121
    TFLOP/s that the L4's data sheet gives for bfloat16 without sparsity.
    launch 1000 us: six layers are some 100 to 130 kernels, and each takes 5 to 10 us to launch one by one; a copy to
    the device and one back.
    """

    def __init__(self, launch_us: float = 1000.0, ns_per_token: float = 600.0) -> None:
        self._launch_s = launch_us * 1e-6
        self._token_s = ns_per_token * 1e-9

    def rows(self, lengths: Sequence[int]) -> list[Row]:
        return [Row(None, length) for length in lengths]

    def seconds(self, rows: Sequence[Row]) -> float:
        return self._launch_s + self._token_s * len(rows) * max(row.tokens for row in rows)

    def forward(self, rows: Sequence[Row]) -> Sequence[Any]:
        time.sleep(self.seconds(rows))
        return rows


class RealModel:
    """The shipped reward model, on what this machine has. Rows are drawn words, tokenised already."""

    def __init__(self, folder: Path, max_batch_tokens: int, threads: int | None = None) -> None:
        """Seconds. Raises Misconfigured."""
        from deployments.reward.model import RewardModel  # noqa: PLC0415 - imports torch

        self._model = RewardModel.load(folder, threads=threads)
        self._model.warmup(max_batch_tokens)
        self.description = f"{folder.name} {self._model.revision} on {self._model.encoder.device}"

    @property
    def max_length(self) -> int:
        return self._model.max_length

    def rows(self, lengths: Sequence[int]) -> list[Row]:
        """Rows of exactly these lengths: ids of whole words, between the encoder's own first and last token."""
        from deployments.encoder import Tokens  # noqa: PLC0415
        from deployments.reward.model import Encoded  # noqa: PLC0415 - imports torch

        (first, *_, last) = self._model.encoder.pre(["a"])[0].ids
        draw = np.random.default_rng(0)
        vocabulary = int(self._model.encoder.model.config.vocab_size)
        made = []
        for length in lengths:
            words = draw.integers(2000, vocabulary, max(0, length - 2)).tolist()  # below lie signs and single letters
            made.append(Row(Encoded(Tokens([first, *words, last]), 0.0, float(np.log1p(length))), length))
        return made

    def forward(self, rows: Sequence[Row]) -> Sequence[Any]:
        return list(self._model.forward([row.payload for row in rows]))


@dataclass(frozen=True, slots=True)
class Ran:
    """One forward: when on the monotonic clock, and how large."""

    began_s: float
    ended_s: float
    items: int
    tokens: int
    padded: int


@dataclass
class Meter:
    """A device whose forwards are noted, the same for every variant."""

    device: Device
    ran: list[Ran] = field(default_factory=list)

    def forward(self, rows: Sequence[Row]) -> Sequence[Any]:
        began_s = time.monotonic()
        answers = self.device.forward(rows)
        ended_s = time.monotonic()
        lengths = [row.tokens for row in rows]
        self.ran.append(Ran(began_s, ended_s, len(rows), sum(lengths), max(lengths) * len(rows)))
        return answers


class Variant(Protocol):
    """A way from calls to forwards."""

    async def start(self) -> None: ...
    async def score(self, rows: Sequence[Row]) -> object: ...
    async def stop(self) -> None: ...


class OurBatcher:
    """The batcher of `deployments/batching/`, a call's copies as one submission."""

    def __init__(self, meter: Meter, limits: BatchLimits) -> None:
        self._batcher: Batcher[Row, Any] = Batcher(meter.forward, limits, "benchmark")

    async def start(self) -> None:
        await self._batcher.start()

    async def score(self, rows: Sequence[Row]) -> object:
        return await self._batcher.submit([Work(row, row.tokens) for row in rows], Call(Deadline.after(_PATIENCE_S)))

    async def stop(self) -> None:
        await self._batcher.stop()


@dataclass(frozen=True)
class ServeBatchSettings:
    """Settings of `@serve.batch`.

    counts_tokens: its batch_size_fn holds both limits. Without it a batch is so small that even the longest copies keep
    the token budget.
    """

    counts_tokens: bool
    wait_s: float


class ServeBatch:
    """Ray Serve's own batcher, one call of the decorated function a copy, as it asks for."""

    def __init__(self, meter: Meter, limits: BatchLimits, max_length: int, settings: ServeBatchSettings) -> None:
        from ray import serve  # noqa: PLC0415 - heavy

        tokens, items = limits.max_batch_tokens, limits.max_batch_items
        share = math.ceil(tokens / items)

        def size(rows: list[Row]) -> int:
            return len(rows) * max(share, *(row.tokens for row in rows))

        self._pool = ThreadPoolExecutor(1)

        async def forward(rows: list[Row]) -> list[Any]:
            answers = await asyncio.get_running_loop().run_in_executor(self._pool, meter.forward, rows)
            return list(answers)

        self._batched: Callable[[Row], Any] = serve.batch(
            max_batch_size=tokens if settings.counts_tokens else max(1, min(items, tokens // max_length)),
            batch_wait_timeout_s=settings.wait_s,
            batch_size_fn=size if settings.counts_tokens else None,
        )(forward)

        self._last: Row | None = None

    async def start(self) -> None:
        """Its queue starts with the first call."""

    async def score(self, rows: Sequence[Row]) -> object:
        self._last = rows[-1]
        return await asyncio.gather(*(self._batched(row) for row in rows))

    async def stop(self) -> None:
        # It has no end of its own. One more copy is answered when all before it are, and then none of its tasks is cut.
        if self._last is not None:
            await self._batched(self._last)
        self._pool.shutdown(wait=True, cancel_futures=True)


class OneByOne:
    """Every copy a forward of its own, first come first served."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._pool = ThreadPoolExecutor(1)

    async def start(self) -> None:
        """The pool starts with the first call."""

    async def score(self, rows: Sequence[Row]) -> object:
        loop = asyncio.get_running_loop()
        return await asyncio.gather(*(loop.run_in_executor(self._pool, self._meter.forward, [row]) for row in rows))

    async def stop(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


def ideal(device: Device, rows: Sequence[Row], limits: BatchLimits) -> Meter:
    """All rows offline, the longest first, as many at a time as the limits let in: no queue, no loop, no threads."""
    meter = Meter(device)
    left = sorted(rows, key=lambda row: -row.tokens)
    at = 0
    while at < len(left):
        fit = max(1, min(limits.max_batch_items, limits.max_batch_tokens // left[at].tokens))
        meter.forward(left[at : at + fit])
        at += fit
    return meter


@contextmanager
def replica_context() -> Iterator[None]:
    """A replica's context for `@serve.batch`, which reads from it how many calls may run at once and names metrics."""
    from ray.serve import context  # noqa: PLC0415 - heavy
    from ray.serve._private.common import DeploymentID, ReplicaID  # noqa: PLC0415
    from ray.serve._private.config import DeploymentConfig  # noqa: PLC0415
    from ray.serve.schema import ReplicaRank  # noqa: PLC0415

    before = context._INTERNAL_REPLICA_CONTEXT  # noqa: SLF001 - there is no public way
    context._set_internal_replica_context(  # noqa: SLF001
        replica_id=ReplicaID("benchmark", DeploymentID("Scorer", "benchmark")),
        servable_object=lambda: None,
        _deployment_config=DeploymentConfig(max_ongoing_requests=1_000_000),
        rank=ReplicaRank(rank=0, node_rank=0, local_rank=0),
        world_size=1,
    )
    try:
        yield
    finally:
        context._INTERNAL_REPLICA_CONTEXT = before  # noqa: SLF001
