"""The token-budget batcher of every batched stage.

A call's work waits (`waiting.py`, a `lane.py` for each priority), the next batch is chosen (`schedule.py`), and runs in
the batcher's own thread (`batcher.py`).
"""

from deployments.batching.batcher import Batcher
from deployments.batching.entry import Work
from deployments.batching.limits import BatchLimits
from deployments.batching.results import Batched, BatcherStats, usage

__all__ = ["BatchLimits", "Batched", "Batcher", "BatcherStats", "Work", "usage"]
