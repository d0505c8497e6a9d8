"""A bulk job from its beginning to its summary."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from serve_app.bulk import cluster
from serve_app.bulk.folder import Folder
from serve_app.bulk.pieces import Pieces
from serve_app.bulk.plan import Plan
from serve_app.bulk.tally import Tally, summary_of

if TYPE_CHECKING:
    from serve_app.bulk.worker import Read

_POLL_S: Final = 1.0
# A part is what is lost when a worker dies, and a file: neither many nor long ones.
_PARTS: Final = 512
_PART_ROWS: Final = (8, 1024)
# Logical CPUs beside the workers', for reading, sorting and writing.
_SPARE_CPUS: Final = 4


@dataclass(frozen=True)
class Job:
    """What to do. address: of a Ray cluster, None for one of its own. output: format of the Decisions."""

    source: Path
    out: Path
    config: Path
    read: Read
    output: str | None = None
    workers: int = 1
    concurrency: int | None = None
    tenant: str = ""
    address: str | None = None
    price_per_hour: float | None = None

    def run(self, progress: Callable[[int, int], None]) -> dict[str, Any]:
        """Do what is left of the job. Returns its summary, which is also in the folder.

        progress: called about once a second with the rows that are done and all rows. Raises Misconfigured for what
        cannot work, and BulkFailed.
        """
        sharing = self.workers if self.address is None else 1
        plan = Plan.of(self.config, self.tenant, self.concurrency, sharing)
        pieces = Pieces.of(self.source)
        output = self.output or pieces.suffix.lstrip(".").replace("ndjson", "jsonl")
        folder = Folder(self.out)
        described = {"input": pieces.digests, "config": plan.digest, "format": output}
        with folder.held(described):
            summary = folder.was_completed()
            if summary is None:
                checkpoint, before, began = folder.begin(), folder.tallies(), time.monotonic()
                if Tally.sum(before.values()).rows < pieces.rows:
                    with self._cluster(plan, folder), _watched(folder, pieces.rows, progress):
                        self._answer(pieces, plan, folder, checkpoint, output)
                after = folder.tallies()
                total = Tally.sum(after.values())
                _check(total, pieces.rows)
                run = Tally.sum(after[name] for name in after.keys() - before.keys())
                summary = summary_of(total, run, time.monotonic() - began, self.price_per_hour)
            folder.complete(summary)
        return summary

    def _cluster(self, plan: Plan, folder: Folder) -> AbstractContextManager[None]:
        if self.address is not None:
            return cluster.running(self.address)
        return cluster.local(self.workers * plan.resources["num_cpus"] + _SPARE_CPUS, folder.work / "ray")

    def _answer(self, pieces: Pieces, plan: Plan, folder: Folder, checkpoint: Path, output: str) -> None:
        from serve_app.bulk import ray_data  # noqa: PLC0415 - after the cluster's environment is set

        part_rows = part_rows_of(pieces.rows, self.workers, plan.concurrency)
        ray_data.run(pieces, plan, self.read, folder, checkpoint, output, self.workers, part_rows)


def part_rows_of(rows: int, workers: int, concurrency: int) -> int:
    """Return the rows of a part: at least `concurrency`, which a worker could not keep in flight with smaller ones.

    Fewer only where some workers would have no part.
    """
    usual = min(max(math.ceil(rows / _PARTS), _PART_ROWS[0]), _PART_ROWS[1])
    return max(usual, min(concurrency, math.ceil(rows / workers)))


def _check(total: Tally, rows: int) -> None:
    if total.rows != rows:
        raise cluster.BulkFailed(f"{total.rows} of {rows} rows have an answer: run the same command again")


@contextmanager
def _watched(folder: Folder, rows: int, progress: Callable[[int, int], None]) -> Iterator[None]:
    """Report the progress while the body runs."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(_POLL_S):
            progress(Tally.sum(folder.tallies().values()).rows, rows)

    thread = threading.Thread(target=watch, name="progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
