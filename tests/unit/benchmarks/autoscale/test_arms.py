from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from benchmarks.autoscale.arms import ARMS, CONFIG, FAKES, edited
from serve_app.app import build
from serve_app.flow.knobs import IngressKnobs
from serve_app.flow.places import check_drain, check_growth, check_places
from serve_app.settings import AppSettings
from serve_app.stages import STAGES


def application(root: Path, arm: str) -> dict[str, Any]:
    config = yaml.safe_load((root / CONFIG).read_text())
    edited(arm)(config)
    return dict(config["applications"][0])


@pytest.mark.parametrize("arm", ARMS)
def test_the_application_of_every_arm_can_be_built(root: Path, arm: str) -> None:
    app = application(root, arm)
    assert build(app["args"]) is not None
    scaling = AppSettings.model_validate(app["args"]).scaling
    knobs = IngressKnobs.model_validate(next(d for d in app["deployments"] if d["name"] == "Ingress")["user_config"])
    check_places(knobs.admission, scaling.ingress.max_ongoing_requests, scaling.stage_places())
    check_growth(knobs.admission, scaling.growth_points())
    check_drain(knobs, scaling.drain_s())


def test_the_arms_differ_in_the_policy_alone(root: Path) -> None:
    apps = [application(root, arm) for arm in ARMS]
    assert [app["args"].pop("autoscaling")["kind"] for app in apps] == list(ARMS)
    assert [app.pop("autoscaling_policy", None) is not None for app in apps] == [False, False, True]
    assert apps[0] == apps[1] == apps[2]


def test_the_fakes_are_named_as_the_stages_are() -> None:
    rows = {row.key: row.deployment for row in STAGES}
    assert all(rows[fake.key] == fake.deployment for fake in FAKES)
    assert [fake.needed(8.0) for fake in FAKES] == [2, 2]
    assert all(fake.needed(8.0) < fake.most for fake in FAKES)
