"""Probabilities of what people write and what models write; wording helps where the network is no judge."""

from __future__ import annotations

import numpy as np
import pytest

from training.fitness import calibrate
from training.fitness.measure import Judgements, auc

Row = tuple[int, str, float, float, float]


def judged(rows: list[Row]) -> Judgements:
    items, kinds, fit, logits, wording = (np.array(part) for part in zip(*rows, strict=True))
    return Judgements(logits, wording, fit, kinds, items, np.zeros(len(rows), int))


def written(count: int = 90) -> list[Row]:
    return [row for i in range(count) for row in ((i, "good", 1.0, 2.0, 0.2), (i, "empty", 0.0, -2.0, 0.1))]


def test_marks_and_written_copies_weigh_the_same_however_many_there_are() -> None:
    few = calibrate.fit(judged([*written(), (0, "marked", 0.0, 2.0, 0.2)]))
    many = calibrate.fit(judged([*written(), *[(0, "marked", 0.0, 2.0, 0.2)] * 90]))
    assert few.slope * 2 + few.shift == pytest.approx(0, abs=0.05)  # half of what stands there is fit
    assert many.slope * 2 + many.shift == pytest.approx(0, abs=0.05)
    assert (few.ceiling, few.wording) == (20, 0)


def test_without_marks_good_is_above_a_half_and_bad_below() -> None:
    z = calibrate.fit(judged(written())).logits(judged(written()))
    assert (z[::2] > 0).all()
    assert (z[1::2] < 0).all()


def test_where_the_network_is_no_judge_of_models_copies_their_wording_is() -> None:
    draw = np.random.default_rng(0)
    wording = draw.random(200)
    fit = (draw.random(200) < wording).astype(float)
    marks = [
        (i % 90, "marked", f, x, w)
        for i, (f, x, w) in enumerate(zip(fit, draw.normal(2, 1, 200), wording, strict=True))
    ]
    every = judged([*written(), *marks])
    calibration = calibrate.fit(every)
    assert calibration.wording > 0
    assert calibration.ceiling <= 2
    for z in (calibration.logits(every), calibrate.left_out(every)):
        sent, unsent = ((every.kinds == "marked") & (every.fit == mark) for mark in (1, 0))
        assert auc(z[sent], z[unsent]) > 0.7
        assert auc(z[every.kinds == "good"], z[every.kinds == "empty"]) == 1
