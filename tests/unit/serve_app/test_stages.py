"""The table of stages agrees with what it names."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, get_args, get_type_hints

from deployments.types import StageRevision
from serve_app.cluster.graph import KEYS
from serve_app.cluster.remote import RemoteStages
from serve_app.flow.pipeline import Stages
from serve_app.settings import AppSettings, GraphScaling
from serve_app.stages import INGRESS, STAGES


def test_every_stage_has_settings_a_scaling_and_a_deployment_of_its_name() -> None:
    keys = {row.key for row in STAGES}
    assert keys | {"scaling", "http", "access"} == set(AppSettings.model_fields)
    assert keys | {"ingress"} == set(GraphScaling.model_fields)
    assert [row.deployment for row in STAGES] == [row.load().name for row in STAGES]


def test_every_stage_is_a_step_of_the_flow_behind_a_handle_of_its_own() -> None:
    """The flow's field of the same key holds the remote stage, whose metrics are the stage's."""
    remote = get_type_hints(RemoteStages)
    assert set(remote) == {row.key for row in STAGES} == {field.name for field in fields(Stages)}
    assert [remote[row.key].stage for row in STAGES] == [row.stage for row in STAGES]


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
