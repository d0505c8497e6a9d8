"""A new reward model goes live in a running application, the old one as its shadow, while callers go on calling."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml

from deployments.types import Decision, Item, Options, Stage, StageRevision
from serve_app.client import PushGenClient
from serve_app.contract.messages import GenerateNotificationRequest
from serve_app.demo.local import LocalServe, free_port
from tests.e2e.test_fake_app import replicas, scrape
from tests.unit.deployments.reward.variants import write_variant

REQUEST = GenerateNotificationRequest(item=Item(title="Coffee and cake"), options=Options(seed=7))


def deploy(app: LocalServe, path: Path, knobs: dict[str, Any]) -> None:
    """The same config with other knobs of the reward scorer."""
    deployments = app.config["applications"][0]["deployments"]
    next(d for d in deployments if d["name"] == "RewardScorer")["user_config"] = knobs
    path.write_text(yaml.safe_dump(app.config))
    app.deploy(path)


def poll(what: str, condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 40
    while not condition():
        assert time.monotonic() < end, f"never seen: {what}"
        time.sleep(0.1)


def reward_revision(revisions: tuple[StageRevision, ...]) -> str:
    found = next(r.model_revision for r in revisions if r.stage is Stage.SCORE)
    return found.partition("+fit@")[0]


def exported(app: LocalServe, name: str, *tags: str) -> float:
    """The value of a metric with these tags; 0 while there is none."""
    lines = (line for line in scrape(app).splitlines() if line.startswith(f"ray_{name}{{"))
    return next((float(line.split()[-1]) for line in lines if all(tag in line for tag in tags)), 0.0)


def test_a_reward_model_goes_live_under_load_and_a_bad_one_is_refused(root: Path, tmp_path: Path) -> None:
    shipped, old, new = root / "models/reward", tmp_path / "old", tmp_path / "new"
    old_revision, new_revision = write_variant(shipped, old, 1.0), write_variant(shipped, new, 3.0)

    def real_reward(config: dict[str, Any]) -> None:
        application = config["applications"][0]
        # float32: the two models score in batches of their own, and bfloat16 rounds by what else is in a batch.
        # Without the fit measure, whose work between two batches is not what is watched here.
        reward = {"kind": "bradley_terry", "model": str(old), "dtype": "float32", "fit": None}
        application["args"]["reward"] = reward
        next(d for d in application["deployments"] if d["name"] == "RewardScorer")["user_config"] = {}

    decisions: list[Decision] = []
    enough = threading.Event()

    def caller(client: PushGenClient) -> None:
        while not enough.is_set():
            decisions.append(client.generate(REQUEST))

    def seen() -> set[str]:
        return {reward_revision(d.revisions) for d in list(decisions)}

    config = root / "configs/fake.yaml"
    with LocalServe(config, http_port=free_port(), grpc_port=free_port(), edit=real_reward) as app:
        app.wait_ready(120)
        before = replicas(app)
        with PushGenClient(app.address) as client, ThreadPoolExecutor(3) as pool:
            callers = [pool.submit(caller, client) for _ in range(3)]
            try:
                poll("a decision by the old model", lambda: seen() == {old_revision})
                deploy(
                    app,
                    tmp_path / "new.yaml",
                    {"model": str(new), "model_revision": new_revision, "shadow": str(old)},
                )
                poll("a decision by the new model", lambda: seen() == {old_revision, new_revision})
                poll("the new one published", lambda: reward_revision(client.info().stages) == new_revision)
                deploy(app, tmp_path / "bad.yaml", {"model": "nowhere", "shadow": str(old)})
                poll("the refusal", lambda: "new user_config refused" in app.log.read_text(errors="replace"))
            finally:
                enough.set()
            for finished in callers:
                finished.result(timeout=60)
            assert reward_revision(client.generate(REQUEST).revisions) == new_revision
        assert replicas(app) == before
        assert not any(d.partial or d.degradations for d in decisions)
        assert reward_revision(decisions[-1].revisions) == new_revision
        assert f"{new_revision} is live, before: {old} {old_revision}" in app.log.read_text(errors="replace")
        pair = [f'live="{new_revision}"', f'shadow="{old_revision}"']
        poll("one best copy", lambda: exported(app, "pushgen_reward_shadow_top1_total", *pair, 'agree="true"') > 0)
        assert exported(app, "pushgen_reward_shadow_kendall_tau", *pair) == pytest.approx(1)
        assert exported(app, "pushgen_reward_shadow_kendall_tau_distance_count", *pair) > 0
        assert exported(app, "pushgen_reward_shadow_calls_total", 'outcome="scored"') > 0
