"""The changes over a stand-in: what is deployed, what must be seen, and that a replica was replaced or was not."""

from __future__ import annotations

import copy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from benchmarks.chaos.cluster import Replica, View
from benchmarks.cluster import changes
from benchmarks.cluster.changes import CHANGES, lose_node, refuse, replace_all, swap_catalogue, swap_model
from benchmarks.lib.local_app import Failed
from deployments.types import Stage


class Fake:
    """A cluster that takes what it is given at once. replaced: a change starts a replica too many."""

    def __init__(self, folder: Path, *, replaced: bool = False) -> None:
        self.served = SimpleNamespace(folder=folder, address="")
        self.config: dict[str, Any] = {"applications": [{"args": {"captioner": {"kind": "fake"}}, "deployments": []}]}
        self.deployed: list[dict[str, Any]] = []
        self.scaled: list[dict[str, Any]] = []
        self.pids = [1, 2]
        self._replaced = replaced
        self.nodes = [
            SimpleNamespace(pool=pool, node_id=pool, processes=lambda: []) for pool in ("cpu", "engine", "engine")
        ]
        self.joined: list[str] = []

    def view(self) -> Any:
        kind = self.config["applications"][0]["args"]["captioner"]["kind"]
        replicas = tuple(Replica("Generator", pid, "RUNNING", "engine") for pid in self.pids)
        return View("RUNNING" if kind == "fake" else "DEPLOY_FAILED", replicas, {}, {}, "", "")

    def change(self, edit: Any) -> None:
        edit(self.config)
        self.deployed.append(copy.deepcopy(self.config))
        if self._replaced:
            self.pids.append(99)

    def deploy(self, **scaling: Any) -> None:
        self.scaled.append(scaling)

    def wait_whole(self) -> None:
        return

    def lose(self, node: Any) -> None:
        self.nodes.remove(node)

    def join(self, pool: str) -> None:
        self.joined.append(pool)

    def knobs(self, deployment: str) -> dict[str, Any]:
        named = {d["name"]: d["user_config"] for d in self.config["applications"][0]["deployments"]}
        return named.get(deployment, {})


@pytest.fixture(autouse=True)
def _informed(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    """What the service would say of itself with the fake's knobs."""

    def info(cluster: Fake) -> Any:
        path = cluster.knobs("CategoryRouter").get("catalogue", {}).get("path", "configs/categories.yaml")
        number = (root / path).read_text().count("category:") or 2
        model = cluster.knobs("RewardScorer").get("model", "shipped")
        stage = SimpleNamespace(stage=Stage.SCORE, model_revision=model)
        return SimpleNamespace(stages=[stage], categories=[SimpleNamespace(category=str(n)) for n in range(number)])

    monkeypatch.chdir(root)
    monkeypatch.setattr(changes, "_info", info)
    monkeypatch.setattr(changes, "_SEEN_S", 0.0)
    monkeypatch.setattr(changes, "family", lambda _: [])


def test_a_lost_node_takes_its_replicas_and_another_one_joins(tmp_path: Path) -> None:
    cluster: Any = Fake(tmp_path)
    assert lose_node(cluster).lost == {1, 2}
    assert [node.pool for node in cluster.nodes] == ["cpu", "engine"]
    assert cluster.joined == ["engine"]
    cluster.pids = []
    with pytest.raises(Failed, match="no replica runs on the node"):
        lose_node(cluster)


def test_a_config_replaces_every_replica_and_the_one_before_does_it_again(tmp_path: Path) -> None:
    cluster: Any = Fake(tmp_path)
    assert replace_all("next", cluster).lost == {1, 2}
    replace_all("", cluster)
    assert cluster.scaled == [{"env_vars": {"PUSHGEN_DEPLOYED": "next"}}, {"env_vars": {}}]


def test_what_cannot_be_a_config_is_refused_and_replaces_nothing(tmp_path: Path) -> None:
    cluster: Any = Fake(tmp_path)
    assert refuse(cluster).lost == frozenset()
    kinds = [each["applications"][0]["args"]["captioner"]["kind"] for each in cluster.deployed]
    assert kinds == ["oracle", "fake"]
    with pytest.raises(Failed, match="started by a change that starts none"):
        refuse(Fake(tmp_path, replaced=True))  # type: ignore[arg-type]


def test_a_model_goes_live_and_back(tmp_path: Path) -> None:
    cluster: Any = Fake(tmp_path)
    swap_model(cluster)
    first, second = (each["applications"][0]["deployments"][0]["user_config"] for each in cluster.deployed)
    assert (tmp_path / "reward-next/config.json").is_file()
    assert (first, second) == ({"model": str(tmp_path / "reward-next")}, {})


def test_a_catalogue_loses_a_category_and_has_it_again(tmp_path: Path) -> None:
    cluster: Any = Fake(tmp_path)
    swap_catalogue(cluster)
    assert len(cluster.deployed) == 4
    assert cluster.knobs("Ingress") == cluster.knobs("CategoryRouter")
    with pytest.raises(Failed, match="started by a change"):
        swap_catalogue(Fake(tmp_path, replaced=True))  # type: ignore[arg-type]


def test_what_is_not_seen_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "_reward", lambda _: "same")
    with pytest.raises(Failed, match="never seen within 0 s: a new reward model"):
        swap_model(Fake(tmp_path))  # type: ignore[arg-type]


def test_each_change_has_a_name_of_its_own() -> None:
    assert len({change.name for change in CHANGES}) == len(CHANGES) == 6
