"""From marks to a calibration that serves."""

from __future__ import annotations

import numpy as np
import pytest

from training.writer.calibrate import Numbers, auc, fitted, platt, report
from training.writer.corpus import BadCorpus, Entry

RNG = np.random.default_rng(0)
CONTRAST, LIKELIHOOD = RNG.normal(2, 2, 4000), RNG.normal(-0.6, 0.2, 4000)
SHARE = RNG.random(4000)
LOGIT = 0.5 * CONTRAST + 4 * LIKELIHOOD + 1.5 * SHARE + 1
FIT = RNG.random(4000) < 1 / (1 + np.exp(-LOGIT))
CATEGORIES = ["DIRECT", "HUMOUR"] * 2000
VALUES = np.stack([CONTRAST, LIKELIHOOD, SHARE], axis=1)
NUMBERS = Numbers(VALUES, CATEGORIES)


def test_the_numbers_that_made_the_marks_are_found_again() -> None:
    optimum = platt(NUMBERS, FIT)
    assert (*optimum.weights, optimum.offset) == pytest.approx((0.5, 4, 1.5, 1), rel=0.25)


def test_a_number_that_says_the_opposite_gets_no_weight() -> None:
    assert platt(Numbers(VALUES * [-1, 1, 1], CATEGORIES), FIT).weights[0] == 0


def test_a_category_that_is_worse_than_its_numbers_gets_an_offset() -> None:
    shift = np.where(np.array(CATEGORIES) == "HUMOUR", -0.8, 0.0)
    fit = np.random.default_rng(1).random(4000) < 1 / (1 + np.exp(-(LOGIT + shift)))
    offsets = platt(NUMBERS, fit).category_offsets
    assert offsets["DIRECT"] - offsets["HUMOUR"] == pytest.approx(0.8, abs=0.25)


def test_a_category_with_few_marks_keeps_its_offset_near_nought() -> None:
    few = ["STORY"] * 3 + ["DIRECT"] * 3997
    fit = np.concatenate([np.zeros(3), FIT[3:]])
    assert abs(platt(Numbers(VALUES, few), fit).category_offsets["STORY"]) < 0.35


def test_auc_is_the_share_of_pairs_in_order() -> None:
    assert auc([1, 2, 3, 4], [0, 0, 1, 1]) == 1.0
    assert auc([1, 1], [0, 1]) == 0.5
    assert np.isnan(auc([1, 2], [1, 1]))


def test_the_report_has_the_measure_beside_its_parts() -> None:
    items = [f"i{n // 3}" for n in range(300)]
    numbers = report(NUMBERS[np.arange(300)], FIT[:300], items)
    assert numbers["auc"] > max(numbers["auc_contrast"], numbers["auc_likelihood"], numbers["auc_title_share"])
    low, high = numbers["auc_interval"]
    assert low < numbers["auc"] < high
    shares = [row["share"] for row in numbers["at_minimum"]]
    assert shares == sorted(shares, reverse=True)
    assert numbers["best_of_item"][3]["fit"] > numbers["fit"]


def test_a_copy_is_measured_by_the_marks_of_other_items() -> None:
    # Noise, with a category for each item: an in-sample fit would order the items by their offsets.
    draw = np.random.default_rng(5)
    items = [f"i{n // 20}" for n in range(400)]
    fit = np.repeat(draw.random(20) < 0.5, 20)
    numbers = report(Numbers(draw.normal(size=(400, 3)), items), fit, items)
    assert numbers["auc"] < 0.6


def entry(*fits: float) -> Entry:
    judged = [
        {"title": f"T{n}", "body": "B", "fit": fit, "contrast": 2 * fit, "likelihood": -0.5}
        for n, fit in enumerate(fits)
    ]
    return Entry.model_validate({"id": "x", "locale": "en-GB", "judged": judged})


def test_a_calibration_knows_the_languages_of_its_marks() -> None:
    calibration, about = fitted([entry(0.0, 1.0, 1.0, 0.0)])
    assert calibration.languages == ("en",)
    assert about["copies"] == 4
    assert calibration.fit(2.0, -0.5) > calibration.fit(0.0, -0.5)


def test_marks_of_one_kind_are_refused() -> None:
    with pytest.raises(BadCorpus, match="fit and copies that are not"):
        fitted([entry(1.0, 1.0)])
