"""What the ingress lets in has a place in every stage, and is finished when one stops; else settings are refused."""

from __future__ import annotations

import pytest

from deployments.errors import Misconfigured
from serve_app.flow.knobs import (
    AdmissionKnobs,
    DefaultKnobs,
    IngressKnobs,
    LimitKnobs,
)
from serve_app.flow.places import check_drain, check_growth, check_places
from serve_app.settings import GraphScaling

KNOBS = AdmissionKnobs(max_in_flight=64, max_waiting=32, max_watches=8)


def test_places_are_the_queue_and_a_share_of_the_fewest_replicas() -> None:
    scaling = GraphScaling.model_validate(
        {
            "generator": {"min_replicas": 2, "max_replicas": 9, "max_ongoing_requests": 10, "max_queued_requests": 7},
            "reward": {"min_replicas": 0, "max_ongoing_requests": 10, "max_queued_requests": 7},
            "ingress": {"max_replicas": 4, "max_ongoing_requests": 256},
        }
    )
    assert scaling.stage_places() == {"captioner": 64 + 4, "router": 64 + 4, "generator": 7 + 5, "reward": 7}


@pytest.mark.parametrize(
    ("ingress", "stages", "words"),
    [
        (
            135,
            {},
            "max_in_flight=64, twice admission.max_waiting=32 and admission.max_watches=8 exceed "
            "scaling.ingress.max_ongoing_requests=135",
        ),
        (136, {"captioner": 64, "generator": 63}, "max_in_flight=64 exceeds the 63 places of scaling.generator"),
    ],
)
def test_too_few_places_are_refused(ingress: int, stages: dict[str, int], words: str) -> None:
    with pytest.raises(Misconfigured, match=words):
        check_places(KNOBS, ingress, stages)


def test_enough_places_pass() -> None:
    check_places(KNOBS, 136, {"captioner": 64, "generator": 64})


def test_a_gate_that_is_full_before_a_stage_grows_is_refused() -> None:
    """What is refused would not be seen as calls. `max_in_flight` is of one ingress replica, the targets of all."""
    scaling = GraphScaling.model_validate(
        {
            "generator": {
                "min_replicas": 2,
                "max_replicas": 9,
                "max_ongoing_requests": 96,
                "target_ongoing_requests": 64,
            },
            "captioner": {
                "min_replicas": 0,
                "max_replicas": 1,
                "max_ongoing_requests": 96,
                "target_ongoing_requests": 64,
            },
            "ingress": {"min_replicas": 2, "max_replicas": 4},
        }
    )
    assert scaling.growth_points() == {"generator": 64}
    with pytest.raises(Misconfigured, match=r"max_in_flight=64 is not above the 64 calls .* scaling\.generator grows"):
        check_growth(KNOBS, scaling.growth_points())
    check_growth(KNOBS.model_copy(update={"max_in_flight": 65}), scaling.growth_points())


@pytest.mark.parametrize(
    ("drain_s", "words"),
    [
        ({"ingress": 110, "generator": 59}, "max_time_budget_ms allows 60 s, more than scaling.generator.graceful"),
        ({"ingress": 109, "generator": 60}, "max_batch_s allows 110 s, more than scaling.ingress.graceful"),
        ({"ingress": 59, "generator": 60}, "max_time_budget_ms allows 60 s, more than scaling.ingress.graceful"),
    ],
)
def test_a_stop_that_would_lose_requests_is_refused(drain_s: dict[str, float], words: str) -> None:
    knobs = IngressKnobs(limits=LimitKnobs(max_time_budget_ms=60_000), defaults=DefaultKnobs(time_budget_ms=1))
    with pytest.raises(Misconfigured, match=words):
        check_drain(knobs, drain_s)


def test_a_stop_that_outlasts_budgets_and_batches_passes() -> None:
    check_drain(IngressKnobs(), GraphScaling().drain_s())
    assert GraphScaling.model_validate({"reward": {"graceful_shutdown_timeout_s": 7}}).drain_s()["reward"] == 7
