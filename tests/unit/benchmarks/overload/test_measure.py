"""The two arms, the requests, and what is made of the samples."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from benchmarks.lib.open_loop import Outcome, Reply, Run, Sample
from benchmarks.overload import measure
from deployments.types import Priority
from serve_app.flow.knobs import IngressKnobs
from serve_app.flow.places import check_places
from serve_app.settings import AppSettings

PLAN = measure.Plan(60.0, 4, 1000, 10.0, 20.0, 2, 0)


@pytest.mark.parametrize("gate", [True, False])
def test_both_arms_can_start_and_differ_in_the_gate_alone(root: Path, gate: bool) -> None:
    config = yaml.safe_load((root / "configs/fake.yaml").read_text())
    measure.edited(PLAN, gate=gate)(config)
    application = config["applications"][0]
    scaling = AppSettings.model_validate(application["args"]).scaling
    assert scaling.generator.max_ongoing_requests == 4
    knobs = next(d["user_config"] for d in application["deployments"] if d["name"] == "Ingress")
    admission = IngressKnobs.model_validate(knobs).admission
    assert admission.adaptive is gate
    check_places(admission, scaling.ingress.max_ongoing_requests, scaling.stage_places())


def test_every_request_has_a_budget_and_four_in_five_are_realtime() -> None:
    requests = measure.requests_of(1000)
    assert {r.options.time_budget_ms for r in requests} == {1000}
    realtime = [r.options.priority is Priority.REALTIME for r in requests]
    assert sum(realtime) == len(requests) * 0.8
    assert {r.item.id for r in requests[4::5]} == {r.item.id for r in requests}
    assert [measure.priority_of(n) for n, _ in enumerate(requests)] == [r.options.priority for r in requests]


def sample(index: int, outcome: Outcome, seconds: float, *, degraded: bool = False) -> Sample:
    return Sample(index, 0.0, 0.0, seconds, Reply(outcome, degraded=degraded))


def test_shares_are_of_what_was_let_in() -> None:
    samples = [
        sample(0, Outcome.OK, 0.5),
        sample(1, Outcome.OK, 1.05),  # not good, and not late either
        sample(2, Outcome.SHED, 0.01),
        sample(3, Outcome.TIMEOUT, 3.0),
        sample(4, Outcome.OK, 1.2),  # BACKFILL
    ]
    shares = measure.shares(samples, 1000)
    assert (shares["let_in"], shares["late"], shares["refused_share"]) == (4, 2, 0.2)
    assert (shares["realtime_let_in"], shares["realtime_in_time"]) == (3, 2)
    assert shares["good_by_priority"] == {"REALTIME": 1, "BACKFILL": 0}
    assert shares["offered_by_priority"] == {"REALTIME": 4, "BACKFILL": 1}


def step(gate: bool, multiple: float, goodput: float, repeat: int = 0) -> dict[str, Any]:
    return {
        "gate": gate, "multiple": multiple, "repeat": repeat, "goodput_rps": goodput, "refused_share": 0.0,
        "late": 1, "let_in": 100, "realtime_in_time": 79, "realtime_let_in": 80,
    }  # fmt: skip


def steps() -> list[dict[str, Any]]:
    return [
        step(gate, multiple, goodput * multiple, repeat)
        for gate, goodput in ((True, 9.0), (False, 10.0))
        for multiple in measure.MULTIPLES
        for repeat in (0, 1)
    ]


def test_ratios_are_to_the_same_arm_at_the_knee() -> None:
    result = measure.result(PLAN, 10.0, steps())
    assert [result[f"goodput_ratio_{m}x"] for m in (2, 4, 8)] == [2.0, 4.0, 8.0]
    assert result["without_gate"]["goodput_ratio_4x"] == 4.0
    assert result["goodput_at_knee_over_no_gate"] == 0.9
    assert result["late_share"] == 0.01
    assert result["realtime_ok_4x"] == pytest.approx(79 / 80, abs=1e-5)
    assert result["bound_rps"] == pytest.approx(8.33)


def test_a_service_without_any_good_answer_has_no_ratio() -> None:
    result = measure.result(PLAN, 10.0, [{**s, "goodput_rps": 0.0} for s in steps()])
    assert result["goodput_ratio_4x"] is None
    assert result["goodput_at_knee_over_no_gate"] is None


def test_the_run_is_measured_without_its_warm_up() -> None:
    run = Run((sample(0, Outcome.OK, 0.5),), warm_up_s=1.0, end_s=2.0)
    assert measure.shares(run.measured, 1000)["let_in"] == 0
