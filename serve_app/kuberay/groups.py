"""The worker groups of a cluster: for each pool of the scaling, the size of a pod and how many there may be."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from deployments.errors import Misconfigured
from deployments.settings import Scaling

POOL: Final = "pool"
# Of each pod, for Ray's own processes and the proxy.
_OWN_CPUS: Final = 1


@dataclass(frozen=True)
class WorkerGroup:
    """cpus, gpus: of one pod. fewest, most: pods."""

    pool: str
    cpus: int
    gpus: int
    fewest: int
    most: int


def worker_groups(scalings: Mapping[str, Scaling]) -> tuple[WorkerGroup, ...]:
    """A group for each pool that the stages name, by stage. Raises Misconfigured for a stage without one."""
    pools: dict[str, list[Scaling]] = {}
    for stage, scaling in scalings.items():
        pool = scaling.label_selector.get(POOL, "")
        if not pool or not pool[0].isalnum() or "(" in pool:
            raise Misconfigured(
                f"scaling.{stage}.label_selector has no `{POOL}` of one name: the worker groups are made of them"
            )
        pools.setdefault(pool, []).append(scaling)
    return tuple(_group(pool, stages) for pool, stages in pools.items())


def _group(pool: str, stages: list[Scaling]) -> WorkerGroup:
    """A pod holds as many replicas as its GPUs carry; without GPUs, `max_replicas_per_node` of each stage.

    Stages share a pod's CPUs, while each replica with a GPU keeps others off it: pods of GPU stages add up.
    """
    gpus = math.ceil(max(stage.num_gpus for stage in stages))
    held = [_replicas_in_a_pod(stage, gpus) for stage in stages]
    cpus = [stage.num_cpus * count for stage, count in zip(stages, held, strict=True)]
    fewest = [math.ceil(stage.min_replicas / count) for stage, count in zip(stages, held, strict=True)]
    most = [math.ceil(_with_surge(stage) / count) for stage, count in zip(stages, held, strict=True)]
    together = sum if gpus else max
    return WorkerGroup(
        pool=pool,
        cpus=math.ceil(max(cpus) if gpus else sum(cpus)) + _OWN_CPUS,
        gpus=gpus,
        fewest=together(fewest),
        most=together(most),
    )


def _replicas_in_a_pod(scaling: Scaling, gpus: int) -> int:
    carried = math.floor(gpus / scaling.num_gpus) if scaling.num_gpus else None
    bounds = [bound for bound in (carried, scaling.max_replicas_per_node) if bound is not None]
    return min(bounds, default=1)


def _with_surge(scaling: Scaling) -> int:
    """The most replicas, with those that an update starts before it stops others."""
    return scaling.max_replicas + math.ceil(scaling.max_replicas * scaling.max_surge_percent / 100)
