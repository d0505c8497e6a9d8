from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from training.checks import mismatched


def shown(*impressions: int, share: list[float] | None = None) -> bool:
    table = pd.DataFrame({"test_id": "t", "impressions": impressions})
    return bool(mismatched(table if share is None else table.assign(share=share)).any())


@pytest.mark.parametrize(
    ("impressions", "mismatched"),
    [
        ((3500, 3480, 3560), False),
        ((4225, 4975, 4113, 4975), True),  # a test of the archive's faulty weeks
        ((12, 20), False),  # too few to tell
        ((5_000_000, 5_020_000), False),  # p is 3e-10, but 0.2% moves no click rate
        ((500,), False),
    ],
)
def test_a_mismatch_needs_evidence_and_a_size_that_matters(impressions: tuple[int, ...], mismatched: bool) -> None:
    assert shown(*impressions) is mismatched


def test_planned_shares_take_the_place_of_equal_ones() -> None:
    assert shown(9000, 1000)
    assert not shown(9010, 990, share=[90, 10])
    assert shown(5000, 5000, share=[90, 10])


def test_fair_tests_are_rarely_flagged() -> None:
    counts = np.random.default_rng(0).multinomial(12_000, [1 / 4] * 4, size=2000)
    table = pd.DataFrame({"test_id": np.repeat(np.arange(2000), 4), "impressions": counts.ravel()})
    assert mismatched(table).mean() < 0.003
