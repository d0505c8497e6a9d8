"""Pictures with sexual content stop every copy of their item."""

from __future__ import annotations

import pytest

from serve_app.policy import PolicySettings
from serve_app.policy.safety.image import ImageRule
from tests.unit.serve_app.policy.judge import findings


@pytest.mark.parametrize(
    ("probability", "severities"), [(0.95, ["BLOCK"]), (0.8, ["BLOCK"]), (0.6, ["REVIEW"]), (0.3, []), (None, [])]
)
def test_the_probability_decides(probability: float | None, severities: list[str]) -> None:
    found = findings("Morning coffee at Calle Mayor", sexual_content=probability)
    assert [(f.rule, f.severity.name, f.field) for f in found] == [("safety.image", s, "") for s in severities]


def test_an_operator_may_ask_for_screened_pictures() -> None:
    strict = PolicySettings(image=ImageRule(unscreened="review"))
    (finding,) = findings("Morning coffee at Calle Mayor", settings=strict, unscreened_pictures=True)
    assert finding.message == "nobody screened the item's pictures"
    assert findings("Morning coffee at Calle Mayor", settings=strict) == ()
