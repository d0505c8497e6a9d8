from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from benchmarks.selection import replay
from deployments.types import WinCalibration
from serve_app.flow.knobs import SelectionKnobs
from tests.unit.benchmarks.selection.synthetic import bradley_terry, group

BOLD = SelectionKnobs(caution=0)
PLAIN = WinCalibration()


def test_groups_are_the_arms_of_a_test_with_one_image() -> None:
    table = pd.DataFrame(
        {
            "test_id": ["a", "a", "a", "b", "b"],
            "image_id": ["x", "x", "alone", "x", "x"],
            "text": ["one", "three", "two", "four", "five"],
            "impressions": [100, 200, 100, 100, 100],
            "clicks": [1, 4, 9, 5, 6],
        }
    )
    made = replay.groups_of(table, np.arange(5.0), np.full(5, 0.1))
    assert [list(g.rate) for g in made] == [[0.01, 0.02], [0.05, 0.06]]
    assert [list(g.mean) for g in made] == [[0, 1], [3, 4]]
    assert [list(g.length) for g in made] == [[3, 5], [4, 4]]
    assert made[0].test != made[1].test


def test_baselines_of_a_model_that_is_always_right_and_always_wrong() -> None:
    right = [group([0.01, 0.02, 0.03], [0, 1, 2], test=n) for n in range(5)]
    wrong = [group([0.01, 0.02, 0.03], [2, 1, 0], test=n) for n in range(5)]

    def values(groups: list[replay.Group]) -> dict[str, tuple[float, float]]:
        rows = replay.baselines(groups, BOLD)
        return {r["pick"]: (r["ctr_gain"]["value"], r["wins"]["value"]) for r in rows}

    assert values(right) == {
        "random arm": (0, 0.5), "longest arm": (0.5, 1), "model": (0.5, 1), "oracle": (0.5, 1)
    }  # fmt: skip
    assert values(wrong)["model"] == (-0.5, 0)


def test_caution_turns_to_the_arm_that_the_model_is_sure_of() -> None:
    groups = [group([0.01, 0.03], [1.0, 0.9], [1.0, 0.0], test=n) for n in range(3)]
    bold, careful = replay.caution_curve(groups, [0.0, 1.0], BOLD)
    assert (bold["ctr_gain"]["value"], bold["changed"]["value"]) == (-0.5, 0)
    assert (careful["ctr_gain"]["value"], careful["changed"]["value"]) == (0.5, 1)
    assert careful["ctr_gain"]["interval"] == [0.5, 0.5]


def test_a_margin_keeps_incumbents_that_the_model_is_not_sure_to_beat() -> None:
    """sigmoid(1) = 0.731: the better arm replaces the worse one up to a margin of 0.231."""
    groups = [group([0.01, 0.03], [0.0, 1.0], test=n) for n in range(4)]
    eager, shy = replay.margin_curve(groups, [0.23, 0.24], BOLD, PLAIN)
    assert eager["replaced"]["value"] == 0.5
    assert eager["ctr_gain"]["value"] == 0.5
    assert eager["ctr_gain_replaced"]["value"] == 2
    assert eager["claimed"]["value"] == pytest.approx(0.7311)
    assert eager["observed"]["value"] == 1
    assert eager["reasons"] == {"REASON_BEAT_INCUMBENT": 4, "REASON_INCUMBENT_BETTER": 4}
    assert (shy["replaced"]["value"], shy["ctr_gain"]["value"]) == (0, 0)
    assert shy["ctr_gain_replaced"] == {"value": None, "interval": None}
    assert shy["reasons"] == {"REASON_BELOW_MARGIN": 4, "REASON_INCUMBENT_BETTER": 4}


def test_a_group_counts_once_however_many_incumbents_it_has() -> None:
    groups = [group([0.01, 0.03], [0.0, 1.0], test=0), group([0.02] * 4, [0.0] * 4, test=1)]
    (row,) = replay.margin_curve(groups, [0.0], BOLD, PLAIN)
    assert row["replaced"]["value"] == 0.25
    assert row["ctr_gain"]["value"] == 0.25


@pytest.mark.parametrize("n", [1, 2, 3])
def test_the_best_of_n_is_what_counting_all_draws_gives(n: int) -> None:
    scores = np.array([0.3, -1.0, 2.0, 0.1])
    counted = np.zeros((4, 4))
    for rival in range(4):
        others = [i for i in range(4) if i != rival]
        for drawn in combinations(others, n):
            counted[max(drawn, key=lambda i: scores[i]), rival] += 1
    np.testing.assert_allclose(replay.best_of(scores, n), counted / counted.sum())


def test_a_calibrated_reward_claims_what_it_gets_and_a_boastful_one_ever_more() -> None:
    honest = replay.n_curve(bradley_terry(1500, 5), 4, BOLD, PLAIN)
    boastful = replay.n_curve(bradley_terry(1500, 5, exaggeration=4.0), 4, BOLD, PLAIN)
    assert [r["n"] for r in honest] == [1, 2, 3, 4]
    assert all(abs(r["over"]["value"]) < 0.02 for r in honest)
    over = [r["over"]["value"] for r in boastful]
    assert over == sorted(over)
    assert over[-1] > 0.08
    gains = [r["observed"]["value"] for r in honest]
    assert gains == sorted(gains)
    assert gains[-1] > 0.65


def test_every_n_is_measured_on_the_same_groups() -> None:
    groups = [*bradley_terry(4, 5), *bradley_terry(9, 3)]
    assert {r["groups"] for r in replay.n_curve(groups, 4, BOLD, PLAIN)} == {4}
