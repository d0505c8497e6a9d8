"""How cards are shared out, and which rates are measured."""

from __future__ import annotations

import pytest

from benchmarks.simulate.fleet import ASSUMED, fleet, rates


@pytest.mark.parametrize("gpus", [3, 10, 100, 1000])
def test_a_fleet_uses_its_cards_and_no_more(gpus: int) -> None:
    built = fleet(gpus, ASSUMED, 0.7, 180.0, 1.5)
    assert gpus * 0.9 - 1 <= built.gpus <= gpus + 0.2
    assert all(model.most >= 1 for model in built.models)
    assert built.peak_rps > 0


def test_ten_times_the_cards_hold_ten_times_the_rate() -> None:
    small, large = (fleet(gpus, ASSUMED, 0.7, 180.0, 1.5) for gpus in (100, 1000))
    assert large.peak_rps / small.peak_rps == pytest.approx(10, rel=0.1)
    held = large.running(large.peak_rps * 1.5, 0.7)
    assert all(held[m.name] <= m.most + 1 for m in large.models), "the highest rate of the day just fits"


def test_a_measured_rate_counts_and_the_others_say_that_they_are_assumed() -> None:
    found = rates({"gpu": {"encoder": {"shapes": {"64x64": {"copies_per_s": 32_000}}}}})
    assert found["RewardScorer"].per_s == 2000
    assert "gpu.json" in found["RewardScorer"].origin
    assert all(found[name].origin.startswith("assumed") for name in ("Captioner", "Generator"))
    assert rates({}) == ASSUMED
