"""Each way to spoil a copy spoils it."""

from __future__ import annotations

import numpy as np
import pytest

from deployments.types import Copy
from training.writer.worse import KINDS, spoiled

GOOD = Copy(title="Free piano, if you can carry it", body="Bring 4 strong people and a van by 25 August at noon.")


@pytest.mark.parametrize("kind", KINDS)
def test_a_spoiled_copy_is_another_one_by_the_same_draw(kind: str) -> None:
    made = {spoiled(GOOD, kind, np.random.default_rng(seed)) for seed in range(20)} - {None}
    assert made
    assert GOOD not in made
    assert spoiled(GOOD, kind, np.random.default_rng(3)) == spoiled(GOOD, kind, np.random.default_rng(3))


def test_a_wrong_number_changes_one_number_and_nothing_else() -> None:
    worse = spoiled(GOOD, "wrong_number", np.random.default_rng(0))
    assert worse is not None
    before, after = f"{GOOD.title} {GOOD.body}".split(), f"{worse.title} {worse.body}".split()
    assert sum(a != b for a, b in zip(before, after, strict=True)) == 1
    assert spoiled(Copy(title="No number", body="None at all."), "wrong_number", np.random.default_rng(0)) is None
