"""The application under test: two replicas of everything, and a caption store on a disk that can be filled."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import yaml

from benchmarks.chaos.cluster import CONTROLLER, PROXY, View, look, titled
from benchmarks.chaos.disk import small_disk
from benchmarks.chaos.node import WorkerNode
from benchmarks.lib.local_app import Edit, Failed, deployed, fakes, started
from serve_app.demo.local import LocalServe

REPLICAS: Final = 2
_NUM_CPUS: Final = 0.1
# Every stage holds its calls for so long that a fault finds some of them there.
_WAITS: Final = {"Captioner": 50.0, "CategoryRouter": 20.0, "Generator": 100.0, "RewardScorer": 40.0}
_CHANGE_S: Final = 120.0
_VIEW_S: Final = 30.0
# Two engines start at the same time on few cores.
_READY_S: Final = 600.0
# Else a local application keeps Ray on the loopback address, where no other node can join.
_SEVERAL_NODES: Final = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "1"}


class Stand:
    """A running application, and what faults need of it.

    store: the folder of the caption store, on a disk of its own; None where there is none.
    """

    def __init__(self, served: LocalServe, store: Path | None) -> None:
        self.served = served
        self.store = store
        self.node: WorkerNode | None = None
        self._config = copy.deepcopy(served.config)

    @property
    def stages(self) -> dict[str, Any]:
        """The application's settings."""
        settings: dict[str, Any] = self._config["applications"][0]["args"]
        return settings

    def view(self, within_s: float | None = None) -> View:
        """Raises Failed when Serve does not answer for a while."""
        until = time.monotonic() + (_VIEW_S if within_s is None else within_s)
        while (seen := look(self.served)) is None:
            if time.monotonic() >= until:
                raise Failed("Serve does not say what runs")
            time.sleep(0.5)
        return seen

    def whole(self, lost: frozenset[int] = frozenset()) -> bool:
        """Whether everything runs, and nothing of it is among the lost processes."""
        seen = look(self.served)
        if seen is None or not seen.whole(lost):
            return False
        actors = [process.pid for title in (CONTROLLER, PROXY) for process in titled(self.served, title)]
        return len(actors) == 1 + len(seen.proxies) and not lost & frozenset(actors)

    def wait_whole(self, when: Callable[[View], bool] = lambda _: True, within_s: float = _CHANGE_S) -> None:
        """Raises Failed when the application is not whole, or not as `when` wants it, within the time."""
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            seen = look(self.served)
            if seen is not None and seen.whole() and when(seen):
                return
            time.sleep(0.5)
        raise Failed(f"the application is not whole within {within_s:.0f} s")

    def deploy(self, **scaling: Any) -> None:
        """Change the scaling of every deployment, by `serve deploy`. Raises StartFailed."""

        def edit(config: dict[str, Any]) -> None:
            for deployment in config["applications"][0]["args"]["scaling"].values():
                deployment.update(scaling)

        self.change(edit)

    def change(self, edit: Edit) -> None:
        """Edit the config and deploy it. Raises StartFailed."""
        edit(self._config)
        path = self.served.folder / "changed.yaml"
        path.write_text(yaml.safe_dump(self._config, sort_keys=False), encoding="utf-8")
        self.served.deploy(path)


@contextmanager
def standing(config: Path) -> Iterator[Stand]:
    """The config's application, started. Raises StartFailed, Misconfigured."""
    with small_disk() as store, started(config, edited(store), _SEVERAL_NODES, ready_s=_READY_S) as served:
        stand = Stand(served, store)
        try:
            yield stand
        finally:
            if stand.node is not None:
                stand.node.end()


def edited(store: Path | None) -> Edit:
    """An edit of the config: replicas that fit on two cores, the waits of fakes, and the store of real captions."""

    def edit(config: dict[str, Any]) -> None:
        deployed(config)  # what is killed alone is a deployment
        application = config["applications"][0]
        for scaling in application["args"]["scaling"].values():
            cpus = min(_NUM_CPUS, scaling.get("num_cpus", _NUM_CPUS))
            scaling.update(min_replicas=REPLICAS, max_replicas=REPLICAS, num_cpus=cpus)
        if application["args"]["captioner"]["kind"] == "fake":
            fakes(_WAITS)(config)
        elif store is not None:
            cache = {"second_level": {"kind": "file", "path": str(store), "max_mb": 16}}
            others = [d for d in application["deployments"] if d["name"] != "Captioner"]
            application["deployments"] = [*others, {"name": "Captioner", "user_config": {"cache": cache}}]

    return edit
