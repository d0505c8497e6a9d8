"""The graph in one process: the same answers as the service gives, and a tenant's own rules."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from deployments.errors import Misconfigured
from deployments.types import Source
from serve_app.access.keys import hash_line
from serve_app.bulk.graph import LocalGraph, caller_of
from serve_app.bulk.plan import Plan
from serve_app.contract.messages import GenerateNotificationRequest

REQUEST = GenerateNotificationRequest.model_validate(
    {"item": {"id": "x", "title": "A heron in the fountain"}, "options": {"categories_wanted": ["STORY"]}}
)


async def test_it_decides_as_the_graph_does(root: Path) -> None:
    graph = LocalGraph(Plan.of(root / "configs/fake.yaml"))
    await graph.start()
    decision = await graph.decide(REQUEST, "r1")
    await graph.check_health()
    await graph.stop()
    assert (decision.request_id, decision.source, decision.partial) == ("r1", Source.GENERATED, False)
    assert {c.category for c in decision.candidates} == {"STORY"}


async def test_impossible_knobs_are_refused_by_the_stage_they_are_of(root: Path) -> None:
    plan = replace(Plan.of(root / "configs/fake.yaml"), user_configs={
        key: {"latency": 1} if key == "reward" else {} for key in ("captioner", "router", "generator", "reward")
    })  # fmt: skip
    graph = LocalGraph(plan)
    with pytest.raises(Misconfigured, match=r"user_config of RewardScorer: .*latency_ms"):
        await graph.start()
    await graph.stop()


async def test_a_tenants_own_terms_hold_without_its_rate(root: Path, tmp_path: Path) -> None:
    tenants = tmp_path / "tenants.yaml"
    tenant = {"name": "shop", "keys": [hash_line("k" * 40)], "banned": ["heron"]}
    rate = {"units_per_s": 0.001, "burst_units": 9}
    tenants.write_text(json.dumps({"tenants": [tenant | {"rate": rate}]}))
    config = tmp_path / "c.yaml"
    keys = f"access: {{kind: keys, file: {tenants}}}"
    config.write_text((root / "configs/fake.yaml").read_text().replace("access: {kind: open}", keys))
    graph = LocalGraph(Plan.of(config, tenant="shop"))
    await graph.start()
    for n in range(3):
        decision = await graph.decide(REQUEST, f"r{n}")
        assert {f.rule for c in decision.candidates for f in c.findings} >= {"terms.tenant"}
    with pytest.raises(Misconfigured, match="no tenant 'other'"):
        caller_of(Plan.of(config).settings.access, "other")
    await graph.stop()
