"""Bounds of the batcher, as an operator sets them."""

from __future__ import annotations

from pydantic import Field

from deployments.settings import Knobs


class BatchLimits(Knobs):
    """Bounds of one batch and of the queue. Changeable while serving.

    `lookahead` is how many batches' worth of the most urgent entries may be reordered by length; 1 keeps the strictest
    deadline order, more pads less. Every `backfill_every`-th batch that BACKFILL waits through is led by BACKFILL.

    A forward that hangs, and a device on which even an input fails that worked before, cannot be mended in the process:
    the replica refuses further work, and Serve replaces it.
    """

    max_batch_tokens: int = Field(default=4096, ge=1, description="longest entry x entries, padding included")
    max_batch_items: int = Field(default=64, ge=1)
    max_queue: int = Field(default=1024, ge=1, description="entries waiting; beyond it a call is refused")
    backfill_queue_share: float = Field(default=0.5, gt=0, le=1, description="BACKFILL is shed beyond this share")
    backfill_every: int = Field(default=8, ge=2)
    lookahead: float = Field(default=16.0, ge=1)
    max_forward_s: float = Field(default=60.0, gt=0, description="a forward that takes longer hangs")
    max_failures: int = Field(default=20, ge=1, description="failed forwards in a row, until a good input is tried")
