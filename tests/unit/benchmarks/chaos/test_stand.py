"""The application under test: its config, and changes of it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from benchmarks.chaos import stand as module
from benchmarks.chaos.stand import REPLICAS, Stand, edited
from benchmarks.lib.local_app import Failed
from serve_app.settings import AppSettings
from tests.unit.benchmarks.chaos.test_cluster import view


@pytest.mark.parametrize("name", ["fake.yaml", "demo.yaml"])
def test_the_edited_config_can_start_and_fits_on_two_cores(root: Path, name: str) -> None:
    config = yaml.safe_load((root / "configs" / name).read_text())
    edited(Path("/mnt/captions"))(config)
    application = config["applications"][0]
    scaling = AppSettings.model_validate(application["args"]).scaling
    deployments = [scaling.captioner, scaling.router, scaling.generator, scaling.reward, scaling.ingress]
    assert {d.min_replicas for d in deployments} == {REPLICAS}
    assert sum(d.num_cpus * (d.min_replicas + 1) for d in deployments) <= 2.0
    knobs = {d["name"]: d["user_config"] for d in application["deployments"]}
    fake = application["args"]["captioner"]["kind"] == "fake"
    assert ("cache" in knobs["Captioner"]) is not fake


def served(tmp_path: Path, deployed: list[Any]) -> Any:
    config = {"applications": [{"args": {"scaling": {"ingress": {}, "router": {}}}}]}
    return SimpleNamespace(
        config=config, folder=tmp_path, deploy=lambda path: deployed.append(yaml.safe_load(path.read_text()))
    )


def test_a_deployed_change_is_kept_for_the_next_one(tmp_path: Path) -> None:
    deployed: list[Any] = []
    made = Stand(served(tmp_path, deployed), None)
    made.deploy(env_vars={"A": "1"})
    made.deploy(max_replicas=3)
    scaling = deployed[-1]["applications"][0]["args"]["scaling"]
    assert scaling == {name: {"env_vars": {"A": "1"}, "max_replicas": 3} for name in ("ingress", "router")}


def test_it_is_whole_with_its_controller_and_its_proxies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Stand(served(tmp_path, []), None)
    actors = {module.CONTROLLER: [SimpleNamespace(pid=1)], module.PROXY: [SimpleNamespace(pid=2)]}
    monkeypatch.setattr(module, "look", lambda _: view())
    monkeypatch.setattr(module, "titled", lambda _, title: actors[title])
    assert made.whole()
    assert not made.whole(frozenset([2]))
    actors[module.PROXY] = []
    assert not made.whole()
    monkeypatch.setattr(module, "look", lambda _: None)
    assert not made.whole()
    monkeypatch.setattr(module, "_VIEW_S", 0.0)
    with pytest.raises(Failed):
        made.view()
    with pytest.raises(Failed):
        made.wait_whole(within_s=0.0)
