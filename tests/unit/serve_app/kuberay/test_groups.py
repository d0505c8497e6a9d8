"""The worker groups: pods that hold the replicas of a pool, and no fewer or more of them than these need."""

from __future__ import annotations

from typing import Any

import pytest

from deployments.errors import Misconfigured
from deployments.settings import Scaling
from serve_app.kuberay.groups import WorkerGroup, worker_groups


def scaling(pool: str, **more: Any) -> Scaling:
    return Scaling(label_selector={"pool": pool}, **more)


def test_stages_with_a_gpu_for_each_replica_add_up_to_pods() -> None:
    stages = {
        "captioner": scaling("engine", num_gpus=1, num_cpus=8, max_replicas=8),
        "generator": scaling("engine", num_gpus=1, num_cpus=4, min_replicas=2, max_replicas=16),
    }
    assert worker_groups(stages) == (WorkerGroup("engine", cpus=9, gpus=1, fewest=3, most=24),)


def test_replicas_share_a_card_as_far_as_their_parts_go() -> None:
    reward = scaling("encoder", num_gpus=0.5, num_cpus=2, min_replicas=3, max_replicas=4)
    assert worker_groups({"reward": reward}) == (WorkerGroup("encoder", cpus=5, gpus=1, fewest=2, most=2),)
    alone = reward.model_copy(update={"max_replicas_per_node": 1})
    assert worker_groups({"reward": alone}) == (WorkerGroup("encoder", cpus=3, gpus=1, fewest=3, most=4),)


def test_a_pod_has_all_the_gpus_of_one_replica() -> None:
    large = scaling("h100", num_gpus=4, num_cpus=8, max_replicas=2)
    assert worker_groups({"generator": large}) == (WorkerGroup("h100", cpus=9, gpus=4, fewest=1, most=2),)


def test_stages_without_a_gpu_share_the_cpus_of_a_pod() -> None:
    stages = {
        "router": scaling("cpu", num_cpus=2, min_replicas=2, max_replicas=8, max_replicas_per_node=2),
        "ingress": scaling("cpu", num_cpus=1, min_replicas=3, max_replicas=4),
    }
    assert worker_groups(stages) == (WorkerGroup("cpu", cpus=6, gpus=0, fewest=3, most=4),)


def test_there_is_room_for_the_replicas_that_an_update_starts_first() -> None:
    group = worker_groups({"router": scaling("cpu", max_replicas=4, max_surge_percent=30)})[0]
    assert group.most == 6


@pytest.mark.parametrize("selector", [{}, {"zone": "a"}, {"pool": "!spot"}, {"pool": "in(a, b)"}])
def test_a_stage_without_one_pool_is_named(selector: dict[str, str]) -> None:
    with pytest.raises(Misconfigured, match=r"scaling\.router\.label_selector has no `pool`"):
        worker_groups({"router": Scaling(label_selector=selector)})
