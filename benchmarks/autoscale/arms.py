"""The three policies that are compared, and the fake application that each sizes, with equal bounds and delays."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.lib.local_app import Edit

CONFIG: Final = Path("configs/fake.yaml")
POLICY: Final = "serve_app.autoscaling.serve:GraphPolicy"
ARMS: Final = ("stock", "stages", "graph")
# One draft a request: few messages, so that the waits and not this machine's cores decide.
CATEGORIES: Final = 1
BUDGET_MS: Final = 30_000


@dataclass(frozen=True)
class Fake:
    """A stage that scales. wait_ms: of a call. A replica serves `places` at a time; one more waits in it.

    There are few, with many places: a replica is a process, and starting one takes a core of this machine for seconds.
    """

    deployment: str
    key: str
    wait_ms: float
    places: int = 4
    most: int = 4

    def needed(self, rate: float) -> int:
        """Replicas that serve this rate without a queue that grows."""
        return math.ceil(rate * self.wait_ms / 1000 / self.places)


FAKES: Final = (Fake("Captioner", "captioner", 550), Fake("Generator", "generator", 900))
TARGET: Final = 0.7
"""Of its places a replica should have so many busy."""
UP_S: Final = 10.0
DOWN_S: Final = 15.0
FLOOR_S: Final = 15.0
# What a replica of a fake takes to start here.
LEAD_S: Final = 5.0

_AUTOSCALING: Final[Mapping[str, Mapping[str, Any]]] = {
    "stock": {"kind": "stock"},
    "stages": {"kind": "stages"},
    "graph": {"kind": "graph", "floor_s": FLOOR_S, "lead_s": LEAD_S},
}


def edited(arm: str) -> Edit:
    """An edit of the config for this arm. The gate lets all in, so that a queue is seen and not refused."""

    def edit(config: dict[str, Any]) -> None:
        application = config["applications"][0]
        args = application["args"]
        args["autoscaling"] = dict(_AUTOSCALING[arm])
        if arm == "graph":
            application["autoscaling_policy"] = {"policy_function": POLICY}
        for fake in FAKES:
            args["scaling"][fake.key] = {
                "min_replicas": 1, "max_replicas": fake.most, "num_cpus": 0.05, "max_queued_requests": 1024,
                "max_ongoing_requests": fake.places + 1, "target_ongoing_requests": TARGET * fake.places,
                "upscale_delay_s": UP_S, "downscale_delay_s": DOWN_S, "graceful_shutdown_timeout_s": 130,
            }  # fmt: skip
            # An item that keeps its replica would wait for it: the fakes have no cache that is worth it.
            args["scaling"][fake.key]["affinity"] = None
        for key in ("router", "reward"):
            args["scaling"][key].update(num_cpus=0.05, max_ongoing_requests=512)
        args["scaling"]["ingress"].update(num_cpus=0.05, max_ongoing_requests=1024)
        application["deployments"] = [
            {"name": f.deployment, "user_config": {"latency_ms": f.wait_ms, "places": f.places}} for f in FAKES
        ] + [{"name": "Ingress", "user_config": {"admission": {"adaptive": False, "max_in_flight": 512}}}]

    return edit
