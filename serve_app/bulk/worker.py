"""A bulk worker: one actor of Ray Data with a whole graph, which answers tables of rows."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Protocol

import pyarrow as pa

from deployments.errors import Overloaded, StageUnavailable
from deployments.replica import end_process
from deployments.types import Decision
from serve_app.bulk import answers
from serve_app.bulk.graph import LocalGraph
from serve_app.bulk.pieces import Row
from serve_app.bulk.plan import Plan
from serve_app.contract.messages import GenerateNotificationRequest

logger = logging.getLogger("ray.serve")
Read = Callable[[bytes, Path], GenerateNotificationRequest]
"""Reads a row's JSON; the folder is that of the input, for pictures by path. Raises InvalidInput."""

_TRIES: Final = 3
_PAUSE_S: Final = 1.0


class Graph(Protocol):
    """What answers: `LocalGraph`, or a stand-in of a test."""

    async def decide(self, request: GenerateNotificationRequest, request_id: str) -> Decision: ...
    async def check_health(self) -> None: ...


class Answering:
    """Answers rows, `concurrency` at a time over all tables in hand, so that one table's end overlaps the next."""

    def __init__(
        self, graph: Graph, read: Read, folder: Path, concurrency: int, lost: Callable[[], Any] = end_process
    ) -> None:
        """lost: ends this worker, when its graph cannot work any more; Ray Data gives its tables to another."""
        self._graph = graph
        self._read = read
        self._folder = folder
        self._slots = asyncio.Semaphore(concurrency)
        self._lost = lost

    async def table(self, table: pa.Table) -> pa.Table:
        rows = [Row(r[answers.ROW], r["text"]) for r in table.select([answers.ROW, "text"]).to_pylist()]
        return answers.table_of(await asyncio.gather(*map(self._answer, rows)))

    async def _answer(self, row: Row) -> dict[str, Any]:
        async with self._slots:
            began_s = time.time()
            try:
                request = await asyncio.to_thread(self._read, row.text, self._folder)
                answer = answers.decided(row, await self._decide(request, request.request_id or row.name))
            except Exception as error:  # noqa: BLE001 - one bad row never fails the others
                answer = answers.refused(row, error)
            return {**answer, "began_s": began_s, "ended_s": time.time()}

    async def _decide(self, request: GenerateNotificationRequest, request_id: str) -> Decision:
        """Decide, again where a stage was away: nobody waits, so an answer that is not whole is not the best one."""
        for attempt in range(1, _TRIES):
            try:
                decision = await self._graph.decide(request, request_id)
                if not decision.partial:
                    return decision
            except (StageUnavailable, Overloaded) as error:
                logger.warning("row %s, try %d: %s", request_id, attempt, error.message)
            await self._end_if_lost()
            await asyncio.sleep(_PAUSE_S * attempt)
        return await self._graph.decide(request, request_id)

    async def _end_if_lost(self) -> None:
        try:
            await self._graph.check_health()
        except StageUnavailable:
            self._lost()


class Worker:
    """The callable of Ray Data. Its graph runs in the event loop of a thread; calls come from other threads."""

    def __init__(self, plan: Plan, read: Read, folder: Path) -> None:
        """Load models and start the engine. Raises Misconfigured."""
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="bulk worker", daemon=True).start()
        graph = LocalGraph(plan)
        asyncio.run_coroutine_threadsafe(graph.start(), self._loop).result()
        self._answering = Answering(graph, read, folder, plan.concurrency)

    def __call__(self, table: pa.Table) -> pa.Table:
        return asyncio.run_coroutine_threadsafe(self._answering.table(table), self._loop).result()
