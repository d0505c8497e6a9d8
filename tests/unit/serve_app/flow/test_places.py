"""What the ingress may let in has a place in every stage, or the settings are refused with a sentence."""

from __future__ import annotations

import pytest

from deployments.errors import Misconfigured
from serve_app.flow.knobs import AdmissionKnobs, check_places
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
