"""The readings of a stage that it can be sized by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final, Literal, get_args

from deployments.readings import Reading

Signal = Literal["engine_requests", "engine_kv_cache_usage", "queue_waiting", "queue_tokens", "captions_in_work"]
"""Metrics of `stage_metrics.py`: sequences in the engine, running or waiting; the share of its KV cache in use; entries
in the stage's own queue; their tokens, padded as batches are; captions that are not in the cache and being written."""

SIGNALS: Final = frozenset(get_args(Signal))


def levels(readings: Iterable[Reading]) -> dict[str, float]:
    """Sum the signals among the readings over their tags."""
    sums: defaultdict[str, float] = defaultdict(float)
    for each in readings:
        if each.metric in SIGNALS:
            sums[each.metric] += each.value
    return dict(sums)
