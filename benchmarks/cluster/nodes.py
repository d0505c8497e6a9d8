"""The cluster under test: a head and three worker nodes on this machine, each in a pool, and who belongs where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from benchmarks.chaos.cluster import View
from benchmarks.chaos.node import WorkerNode
from benchmarks.chaos.stand import Stand
from benchmarks.lib.local_app import Failed
from serve_app.demo.local import LocalServe, free_port
from serve_app.stages import INGRESS, STAGES

# The head has no pool: it runs Serve's controller and proxy alone.
WORKERS: Final = ("cpu", "engine", "engine")
_GPUS: Final = {"engine": 4}
# The captioner: no two on a node. The generator: a placement group of two GPUs for each replica.
SCALING: Final[dict[str, dict[str, Any]]] = {
    "ingress": {"label_selector": {"pool": "cpu"}, "min_replicas": 2, "max_replicas": 2, "max_surge_percent": 50},
    "router": {"label_selector": {"pool": "cpu"}, "max_surge_percent": 100},
    "reward": {"label_selector": {"pool": "cpu"}, "max_surge_percent": 100},
    "captioner": {
        "label_selector": {"pool": "engine"}, "min_replicas": 2, "max_replicas": 2, "max_replicas_per_node": 1,
    },
    "generator": {
        "label_selector": {"pool": "engine"}, "min_replicas": 2, "max_replicas": 2, "num_gpus": 2,
        "max_surge_percent": 50,
    },
}  # fmt: skip
_KEYS: Final = {row.deployment: row.key for row in STAGES} | {INGRESS: "ingress"}
_NUM_CPUS: Final = 0.1
_WAITS: Final = {"Captioner": 20.0, "Generator": 25.0}
# The variable puts Ray on an address where other nodes of this machine can join.
_ENVIRONMENT: Final = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "1", "RAY_SERVE_PROXY_READY_CHECK_TIMEOUT_S": "240"}
READY_S: Final = 420.0
# Until Serve knows the application, whose replicas wait for their nodes.
_BEGUN_S: Final = 180.0


def misplaced(view: View, pools: dict[str, str]) -> int:
    """Replicas that run where their scaling does not let them. pools: the label of each node, by its id."""
    wrong = 0
    for deployment, key in _KEYS.items():
        scaling, running = SCALING[key], view.running(deployment)
        wrong += sum(pools.get(replica.node or "") != scaling["label_selector"]["pool"] for replica in running)
        most = scaling.get("max_replicas_per_node", len(running))
        wrong += sum(max(0, count - most) for count in Counter(replica.node for replica in running).values())
    return wrong


class Cluster(Stand):
    """The application and its worker nodes."""

    def __init__(self, served: LocalServe) -> None:
        super().__init__(served, None)
        self.nodes: list[WorkerNode] = []

    def join(self, *pools: str) -> None:
        """Start nodes of these pools one by one, and return when all have joined. Raises Failed."""
        head_ip = self.view(_BEGUN_S).head_ip
        for pool in pools:
            self.nodes.append(self._joined(head_ip, pool))

    def _joined(self, head_ip: str, pool: str) -> WorkerNode:
        """A node that has joined. Ray gives it 30 s, which a busy machine may not keep: it has another try."""
        node = WorkerNode(self.served, head_ip, pool, _GPUS.get(pool, 0))
        try:
            node.wait_joined()
        except Failed:
            node.end()
            node = WorkerNode(self.served, head_ip, pool, _GPUS.get(pool, 0))
            node.wait_joined()
        return node

    def misplaced(self) -> int:
        """Replicas that run where they should not. Raises Failed."""
        return misplaced(self.view(), {node.node_id: node.pool for node in self.nodes})

    def lose(self, node: WorkerNode) -> None:
        """End a node as a power cut would."""
        self.nodes.remove(node)
        node.end()


@contextmanager
def clustered(config: Path) -> Iterator[Cluster]:
    """The config's application on a cluster of its own, ready. Raises StartFailed, Misconfigured, Failed."""
    with LocalServe(config, http_port=free_port(), grpc_port=free_port(), edit=edit, env=_ENVIRONMENT) as served:
        cluster = Cluster(served)
        try:
            cluster.join(*WORKERS)
            served.wait_ready(READY_S)
            yield cluster
        finally:
            for node in cluster.nodes:
                node.end()


def edit(config: dict[str, Any]) -> None:
    """Light replicas of fakes in their pools, with the real router and reward: only these have models to change."""
    config["proxy_location"] = "HeadOnly"  # the nodes have one address, and proxies of theirs would share its ports
    application = config["applications"][0]
    settings = application["args"]
    settings |= {"router": {"kind": "embedding"}, "reward": {"kind": "bradley_terry", "fit": None}}
    for key, scaling in SCALING.items():
        settings["scaling"][key] |= {"num_cpus": _NUM_CPUS, **scaling}
    application["deployments"] = [{"name": name, "user_config": {"latency_ms": ms}} for name, ms in _WAITS.items()]
