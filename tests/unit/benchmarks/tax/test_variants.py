"""The applications that are measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from benchmarks.lib.local_app import STAGES
from benchmarks.tax.variants import VARIANTS


def edited(root: Path, name: str) -> dict[str, Any]:
    variant = next(v for v in VARIANTS if v.name == name)
    config: dict[str, Any] = yaml.safe_load((root / variant.config).read_text())
    assert variant.edit is not None
    variant.edit(config)
    application: dict[str, Any] = config["applications"][0]
    return application


def test_the_echo_alone_runs_on_serves_defaults() -> None:
    assert [(v.name, v.stock) for v in VARIANTS] == [("stock_echo", True), ("deployments", False), ("inline", False)]


def test_fakes_take_no_time(root: Path) -> None:
    knobs = {d["name"]: d["user_config"] for d in edited(root, "deployments")["deployments"]}
    assert {name: knob["latency_ms"] for name, knob in knobs.items()} == dict.fromkeys(STAGES, 0.0)


def test_inline_stages_take_no_time_either_and_the_generator_stays_a_deployment(root: Path) -> None:
    application = edited(root, "inline")
    placed = {key: each.get("placement") for key, each in application["args"]["scaling"].items()}
    assert placed == {
        "captioner": "inline", "router": "inline", "generator": None, "reward": "inline", "ingress": None,
    }  # fmt: skip
    knobs = {d["name"]: d["user_config"] for d in application["deployments"]}
    no_time = {"latency_ms": 0.0}
    stages = {"captioner": no_time, "router": no_time, "reward": no_time}
    assert knobs == {"Generator": no_time, "Ingress": {"stages": stages}}
