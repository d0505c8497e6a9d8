"""The input of the replay's curves."""

from __future__ import annotations

from benchmarks.selection.curves import _tampered
from training.perturb import HELD_OUT, TAUGHT

TEXTS = ["A stranger's kindness saved the choir today"] * 50


def test_tampered_copies_are_made_in_ways_that_training_never_saw() -> None:
    tampered = _tampered(TEXTS, seed=1)
    assert tampered == _tampered(TEXTS, seed=1) != _tampered(TEXTS, seed=2)
    assert set(tampered) <= {change(TEXTS[0]) for change in HELD_OUT.values()}
    assert not set(tampered) & {change(TEXTS[0]) for change in TAUGHT.values()}
