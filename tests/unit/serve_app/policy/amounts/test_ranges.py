"""Which values a rounding word covers."""

from __future__ import annotations

import pytest

from serve_app.policy.amounts.claims import Bound
from serve_app.policy.amounts.ranges import Values

VALUES = Values([(1_980_000.0, ""), (300.0, "over"), (20.0, "")])


@pytest.mark.parametrize(
    ("value", "bound", "held"),
    [
        (2e6, "nearly", True),
        (2e6, "over", False),
        (2e6, "", False),
        (1.9e6, "over", True),
        (20.0, "over", False),
        (300.0, "over", True),
        (20.0, "under", False),
        (21.0, "under", True),
        (20.0, "atmost", True),
        (5.0, "over", False),
    ],
)
def test_a_bound_holds_on_its_side_only(value: float, bound: Bound, held: bool) -> None:
    assert VALUES.holds(value, bound) == held
