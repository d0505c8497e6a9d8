"""Steps that do not descend are refused."""

from __future__ import annotations

from typing import Any

import pytest

from deployments.errors import Misconfigured
from deployments.settings import parse
from serve_app.flow.knobs import IngressKnobs


@pytest.mark.parametrize(
    "steps",
    [
        [{}],
        [{"max_categories": 2}, {"max_categories": 2}],
        [{"max_categories": 2}, {"max_categories": 3, "candidates_per_category": 1}],
        [{"skip_captioner": True}, {"max_categories": 2}],
        [{"candidates_per_category": 2}, {"max_categories": 1}],
    ],
)
def test_a_step_takes_away_more_than_the_one_before(steps: list[dict[str, Any]]) -> None:
    with pytest.raises(Misconfigured, match=r"ladder: steps\[\d\] does not take away more"):
        parse(IngressKnobs, {"ladder": {"steps": steps}}, "user_config of Ingress")


def test_steps_that_descend_are_taken() -> None:
    steps = [
        {"candidates_per_category": 2},
        {"candidates_per_category": 1, "max_categories": 2, "skip_captioner": True},
    ]
    parse(IngressKnobs, {"ladder": {"steps": steps}}, "user_config of Ingress")
    assert IngressKnobs().ladder is None
