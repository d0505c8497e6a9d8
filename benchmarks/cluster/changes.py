"""The changes made under load: a node is lost; config, reward model and catalogue are changed, and changed back."""

from __future__ import annotations

import copy
import json
import shutil
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from benchmarks.chaos.cluster import family
from benchmarks.chaos.faults import Struck
from benchmarks.chaos.stand import Stand
from benchmarks.cluster.nodes import Cluster
from benchmarks.lib.local_app import Edit, Failed
from deployments.types import Stage
from serve_app.client import PushGenClient
from serve_app.contract.messages import GetServiceInfoResponse

_SEEN_S: Final = 90.0
_MODEL: Final = Path("models/reward")
_CATALOGUE: Final = Path("configs/categories.yaml")


def lose_node(cluster: Cluster) -> Struck:
    """End a node of the engines; another one joins, as an autoscaler of nodes would see to."""
    node = next(node for node in cluster.nodes if node.pool == "engine")
    node_id, processes = node.node_id, list(node.processes())
    lost = cluster.view().pids_on(node_id.__eq__)
    if not lost:
        raise Failed("no replica runs on the node that was to be lost")
    cluster.lose(node)
    cluster.join("engine")
    return Struck(lost, processes)


def replace_all(version: str, cluster: Cluster) -> Struck:
    """Deploy a change of `args`: every replica is replaced, new ones first where there is surge."""
    before = cluster.view().pids
    processes = family(before)
    cluster.deploy(env_vars={"PUSHGEN_DEPLOYED": version} if version else {})
    return Struck(before, processes)


def refuse(cluster: Cluster) -> Struck:
    """Deploy what cannot be a config: the replicas of the old one go on. Then deploy the old one again."""
    before = cluster.view().pids
    good: dict[str, Any] = {}

    def spoil(config: dict[str, Any]) -> None:
        good.update(copy.deepcopy(config))
        config["applications"][0]["args"]["captioner"] = {"kind": "oracle"}

    def restore(config: dict[str, Any]) -> None:
        config.update(good)

    cluster.change(spoil)
    _wait("the refusal", lambda: cluster.view().status == "DEPLOY_FAILED")
    cluster.change(restore)
    cluster.wait_whole()
    _still(cluster, before)
    return Struck()


def swap_model(cluster: Cluster) -> Struck:
    """Give the reward another model while it scores, and the old one again."""
    before = cluster.view().pids
    old = _reward(_info(cluster))
    folder = cluster.served.folder / "reward-next"
    _variant(_MODEL, folder)
    cluster.change(_knobs("RewardScorer", model=str(folder)))
    _wait("a new reward model", lambda: _reward(_info(cluster)) not in (old, ""))
    cluster.change(_knobs("RewardScorer", model=None))
    _wait("the old reward model", lambda: _reward(_info(cluster)) == old)
    _still(cluster, before)
    return Struck()


def swap_catalogue(cluster: Cluster) -> Struck:
    """Take a category off the catalogue, and put it back."""
    before = cluster.view().pids
    old = _categories(_info(cluster))
    content = yaml.safe_load(_CATALOGUE.read_text(encoding="utf-8"))
    content["categories"].pop()
    shorter = cluster.served.folder / "categories.yaml"
    shorter.write_text(yaml.safe_dump(content), encoding="utf-8")
    for path, number in ((shorter, len(old) - 1), (_CATALOGUE, len(old))):
        catalogue = {"kind": "file", "path": str(path)}
        for deployment in ("CategoryRouter", "Ingress"):
            cluster.change(_knobs(deployment, catalogue=catalogue))
        _wait(f"{number} categories", lambda number=number: len(_categories(_info(cluster))) == number)  # type: ignore[misc]
    _still(cluster, before)
    return Struck()


def _knobs(deployment: str, **knobs: Any) -> Edit:
    """An edit that sets knobs of a deployment; None removes one."""

    def edit(config: dict[str, Any]) -> None:
        deployments = config["applications"][0]["deployments"]
        ours = next((d for d in deployments if d["name"] == deployment), None)
        if ours is None:
            ours = {"name": deployment, "user_config": {}}
            deployments.append(ours)
        merged = {**ours["user_config"], **knobs}
        ours["user_config"] = {name: value for name, value in merged.items() if value is not None}

    return edit


def _variant(shipped: Path, folder: Path) -> None:
    """Write the shipped model with another offset of its means, and so another revision."""
    shutil.copytree(shipped, folder, dirs_exist_ok=True)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["offset"] += 0.01
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")


def _info(cluster: Stand) -> GetServiceInfoResponse:
    with PushGenClient(cluster.served.address) as client:
        return client.info()


def _reward(info: GetServiceInfoResponse) -> str:
    """Its revision; empty while the reward does not answer."""
    return next((stage.model_revision for stage in info.stages if stage.stage is Stage.SCORE), "")


def _categories(info: GetServiceInfoResponse) -> list[str]:
    return [category.category for category in info.categories]


def _still(cluster: Stand, before: frozenset[int]) -> None:
    """Raise Failed when a replica was replaced by a change that replaces none."""
    if new := cluster.view().pids - before:
        raise Failed(f"{len(new)} replicas were started by a change that starts none")


def _wait(what: str, seen: Callable[[], bool]) -> None:
    until = time.monotonic() + _SEEN_S
    while not seen():
        if time.monotonic() >= until:
            raise Failed(f"never seen within {_SEEN_S:.0f} s: {what}")
        time.sleep(0.5)


class Change(NamedTuple):
    """act blocks until the change is seen. Raises Failed, StartFailed. longest_s: its effects are watched so long."""

    name: str
    act: Callable[[Cluster], Struck]
    longest_s: float = 150.0


CHANGES: Final = (
    Change("node lost", lose_node),
    Change("config", partial(replace_all, "next")),
    Change("config back", partial(replace_all, "")),
    Change("config refused", refuse),
    Change("model and back", swap_model),
    Change("catalogue and back", swap_catalogue),
)
