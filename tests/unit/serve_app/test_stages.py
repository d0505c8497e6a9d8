"""The table of stages agrees with what it names."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, get_args, get_type_hints

import pytest

from deployments.settings import parse
from deployments.types import StageRevision
from serve_app.cluster.graph import KEYS
from serve_app.cluster.placed import INLINE, REMOTE, PlacedStages
from serve_app.flow.pipeline import Stages
from serve_app.settings import AppSettings, GraphScaling
from serve_app.stages import INGRESS, STAGES
from tests.unit.deployments.replicas import unhosted

FAKE = {row.key: {"kind": "fake"} for row in STAGES} | {"access": {"kind": "open"}}


def test_every_stage_has_settings_a_scaling_and_a_deployment_of_its_name() -> None:
    keys = {row.key for row in STAGES}
    assert keys | {"scaling", "autoscaling", "http", "access"} == set(AppSettings.model_fields)
    assert keys | {"ingress"} == set(GraphScaling.model_fields)
    assert [row.deployment for row in STAGES] == [row.load().name for row in STAGES]


def test_a_replica_of_a_stage_knows_its_name_wherever_it_runs() -> None:
    for row in STAGES:
        settings = parse(AppSettings, FAKE, "args")
        assert unhosted(row.load())(getattr(settings, row.key)).name == row.deployment


@pytest.mark.parametrize("classes", [REMOTE, INLINE])
def test_every_stage_is_a_step_of_the_flow_in_each_placement(classes: Any) -> None:
    """The flow's field of the same key holds the stage, whose metrics are the stage's."""
    assert set(classes) == {row.key for row in STAGES} == {field.name for field in fields(Stages)}
    assert set(get_type_hints(PlacedStages)) == set(classes)
    assert [classes[row.key].stage for row in STAGES] == [row.stage for row in STAGES]


def test_every_stage_has_a_fake() -> None:
    """A fake of each stage serves the configs and tests without weights."""
    for row in STAGES:
        kinds = [
            model.model_fields["kind"].default for model in models_in(AppSettings.model_fields[row.key].annotation)
        ]
        assert "fake" in kinds, row.key


def models_in(annotation: Any) -> list[Any]:
    return list(get_args(annotation))


def test_health_names_stages_by_their_keys() -> None:
    assert set(KEYS.values()) == {row.key for row in STAGES} | {"ingress"}
    assert KEYS[INGRESS] == "ingress"


def test_a_stage_is_one_of_the_revisions() -> None:
    assert all(StageRevision(stage=row.stage, kind="fake").stage is row.stage for row in STAGES)
