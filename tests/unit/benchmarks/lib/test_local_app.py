"""Edits of a config that a benchmark starts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml

from benchmarks.lib.local_app import deployed, fakes, outliving
from deployments.errors import Misconfigured
from serve_app.settings import AppSettings


def config(root: Path, name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((root / "configs" / name).read_text())
    return content


def test_fakes_get_their_latency_and_other_stages_are_refused(root: Path) -> None:
    changed = config(root, "fake.yaml")
    changed["applications"][0]["deployments"].append({"name": "Ingress", "user_config": {"defaults": {}}})
    fakes({"Captioner": 3.0, "Generator": 4.0})(changed)
    knobs = {d["name"]: d["user_config"] for d in changed["applications"][0]["deployments"]}
    assert knobs.pop("Ingress") == {"defaults": {}}
    latency_ms = {name: knob["latency_ms"] for name, knob in knobs.items()}
    assert latency_ms == {"Captioner": 3.0, "CategoryRouter": 5, "Generator": 4.0, "RewardScorer": 10}
    with pytest.raises(Misconfigured, match="captioner, router, generator, reward"):
        fakes({"Captioner": 3.0})(config(root, "demo.yaml"))


def test_every_stage_is_made_a_deployment_with_its_knobs(root: Path) -> None:
    changed = config(root, "demo.yaml")
    inline = AppSettings.model_validate(changed["applications"][0]["args"]).scaling.inline
    assert inline == {"captioner", "router", "reward"}
    deployed(changed)
    application = changed["applications"][0]
    assert not AppSettings.model_validate(application["args"]).scaling.inline
    knobs = {d["name"]: d["user_config"] for d in application["deployments"]}
    assert set(knobs) == {"Ingress", "Captioner", "CategoryRouter", "RewardScorer"}
    assert "stages" not in knobs["Ingress"]
    assert knobs["CategoryRouter"] == {"catalogue": {"kind": "file", "path": "configs/categories.yaml"}}
    before = config(root, "fake.yaml")
    deployed(before)
    assert before == config(root, "fake.yaml")


def test_what_outlives_its_time_is_named_and_what_ends_is_not() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        members = [psutil.Process(process.pid)]
        assert outliving(members, 0.0) == members
        process.kill()
        assert outliving(members, 10.0) == []
