"""The length rule."""

from __future__ import annotations

import pytest

from deployments.types import CountingUnit, LengthProfile
from tests.unit.serve_app.policy.judge import rule_ids


@pytest.mark.parametrize(
    ("unit", "title", "long"),
    [
        (CountingUnit.GRAPHEMES, "咖啡咖" + "啡香浓郁诱", False),
        (CountingUnit.WIDTH, "咖啡咖啡咖啡", True),
        (CountingUnit.UTF8_BYTES, "咖啡咖啡", True),
        (CountingUnit.GRAPHEMES, "123456789", True),
    ],
)
def test_length_is_held_in_the_profiles_own_unit(unit: CountingUnit, title: str, long: bool) -> None:
    profile = LengthProfile(length_profile="t", max_title=8, max_body=8, counting_unit=unit)
    assert ("length.title" in rule_ids(title, profile=profile)) is long
