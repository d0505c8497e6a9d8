"""Who belongs where, and that what is deployed asks for it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from benchmarks.chaos.cluster import Replica, View
from benchmarks.cluster import nodes
from benchmarks.cluster.nodes import SCALING, WORKERS, Cluster, edit, misplaced
from benchmarks.lib.local_app import Failed
from serve_app.settings import AppSettings

POOLS = {"c": "cpu", "e1": "engine", "e2": "engine"}


def view(**places: str) -> View:
    """Replicas of these deployments, each on the nodes named in the words."""
    replicas = [
        Replica(name, number, "RUNNING", node)
        for name, where in places.items()
        for number, node in enumerate(where.split())
    ]
    return View("RUNNING", tuple(replicas), {}, {}, "head", "127.0.0.1")


@pytest.mark.parametrize(
    ("places", "wrong"),
    [
        ({"Ingress": "c c", "CategoryRouter": "c", "Captioner": "e1 e2", "Generator": "e1 e1"}, 0),
        ({"Ingress": "c e1"}, 1),
        ({"RewardScorer": "head"}, 1),
        ({"Captioner": "e1 e1"}, 1),
        ({"Captioner": "c c"}, 3),
    ],
)
def test_a_replica_off_its_pool_or_too_many_on_a_node_are_misplaced(places: dict[str, str], wrong: int) -> None:
    assert misplaced(view(**places), POOLS) == wrong


def test_the_edited_config_can_start_with_every_stage_in_a_pool_that_there_is(root: Path) -> None:
    config = yaml.safe_load((root / "configs/fake.yaml").read_text())
    edit(config)
    settings = AppSettings.model_validate(config["applications"][0]["args"])
    for key, wanted in SCALING.items():
        scaling = getattr(settings.scaling, key)
        assert scaling.label_selector == wanted["label_selector"]
        assert scaling.label_selector["pool"] in WORKERS
    assert settings.scaling.captioner.max_replicas == WORKERS.count("engine")


def test_a_node_that_does_not_join_has_another_try(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []

    class Node:
        def __init__(self, *_: object) -> None:
            self.ended = False
            made.append(self)

        def wait_joined(self) -> None:
            if len(made) == 1:
                raise Failed("the current node timed out")

        def end(self) -> None:
            self.ended = True

    monkeypatch.setattr(nodes, "WorkerNode", Node)
    cluster = Cluster(SimpleNamespace(config={}))  # type: ignore[arg-type]
    monkeypatch.setattr(cluster, "view", lambda *_: view())
    cluster.join("cpu")
    assert cluster.nodes == made[1:]
    assert made[0].ended


def test_nodes_join_and_are_lost_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    class Node:
        def __init__(self, _served: Any, head_ip: str, pool: str, num_gpus: int) -> None:
            self.made, self.pool, self.joined, self.ended = (head_ip, num_gpus), pool, False, False
            self.node_id = f"{pool}-id"

        def wait_joined(self) -> None:
            self.joined = True

        def end(self) -> None:
            self.ended = True

    monkeypatch.setattr(nodes, "WorkerNode", Node)
    cluster = Cluster(SimpleNamespace(config={}))  # type: ignore[arg-type]
    seen = view(Ingress="cpu-id", Generator="cpu-id")
    monkeypatch.setattr(cluster, "view", lambda *_: seen)
    cluster.join("cpu", "engine")
    assert [(node.made, node.joined) for node in cluster.nodes] == [(("127.0.0.1", 0), True), (("127.0.0.1", 4), True)]  # type: ignore[attr-defined]
    assert cluster.misplaced() == 1
    lost = cluster.nodes[1]
    cluster.lose(lost)
    assert lost.ended  # type: ignore[attr-defined]
    assert [node.pool for node in cluster.nodes] == ["cpu"]
