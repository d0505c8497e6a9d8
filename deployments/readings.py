"""What a stage can say about itself at any moment: queues, caches, engine. `StageReplica` makes metrics of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Reading:
    """One figure. metric: a name in `stage_metrics.py`; the value of a counter is its total since the start."""

    metric: str
    value: float
    tags: Mapping[str, str] = field(default_factory=dict)


def reading(metric: str, value: float, **tags: str) -> Reading:
    return Reading(metric, value, tags)
