"""The table of stages agrees with what it names."""

from __future__ import annotations

from deployments.types import StageRevision
from serve_app.app import DEPLOYMENTS
from serve_app.cluster.graph import KEYS
from serve_app.settings import AppSettings, GraphScaling
from serve_app.stages import INGRESS, STAGES


def test_every_stage_has_settings_a_scaling_and_a_deployment_of_its_name() -> None:
    keys = {row.key for row in STAGES}
    assert keys | {"scaling"} == set(AppSettings.model_fields)
    assert keys | {"ingress"} == set(GraphScaling.model_fields)
    assert {row.key: row.deployment for row in STAGES} == {key: d.name for key, d in DEPLOYMENTS.items()}


def test_health_names_stages_by_their_keys() -> None:
    assert set(KEYS.values()) == {row.key for row in STAGES} | {"ingress"}
    assert KEYS[INGRESS] == "ingress"


def test_a_stage_is_one_of_the_revisions() -> None:
    assert all(StageRevision(stage=row.stage, kind="fake").stage is row.stage for row in STAGES)
