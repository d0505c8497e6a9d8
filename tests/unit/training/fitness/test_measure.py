"""Numbers that a card may print: AUC, fooled, sure and wrong, calibration."""

from __future__ import annotations

from typing import Any

import numpy as np

from training.fitness import card
from training.fitness.measure import Judgements, auc, report


def judged(rows: list[tuple[int, str, float, float]]) -> Judgements:
    items, kinds, fit, logits = zip(*rows, strict=True)
    words = np.arange(len(rows)) % 5
    wording = np.zeros(len(rows))
    return Judgements(np.array(logits), wording, np.array(fit), np.array(kinds), np.array(items), words)


def reported(rows: list[tuple[int, str, float, float]]) -> dict[str, Any]:
    judgements = judged(rows)
    return report(judgements, judgements.logits)


def test_auc_counts_ties_half() -> None:
    assert auc(np.array([2.0, 3.0]), np.array([1.0])) == 1
    assert auc(np.array([1.0]), np.array([1.0])) == 0.5
    assert auc(np.array([0.0, 2.0]), np.array([1.0])) == 0.5


def test_bad_copies_are_held_against_good_ones_of_their_own_item() -> None:
    rows = [
        (0, "good", 1.0, 1.0), (0, "generic", 0.0, 1.0), (0, "cut", 0.0, -3.0),
        (1, "good", 1.0, 5.0), (1, "generic", 0.0, 4.0), (1, "cut", 0.0, 9.0),
    ]  # fmt: skip
    numbers = reported(rows)
    kinds = numbers["kinds"]
    assert kinds["generic"]["fooled"][0] == 0.5  # a tie is called at least even
    assert kinds["generic"]["sure_and_wrong"][0] == 0
    assert kinds["cut"]["fooled"][0] == kinds["cut"]["sure_and_wrong"][0] == 0.5
    assert kinds["made_worse"]["copies"] == 4
    assert "wrong_fact" not in kinds
    assert "marks" not in numbers


def test_length_is_held_against_what_it_decides() -> None:
    """Words are 0, 1, 2, ... as the rows come: the longer good copy of the first item is above, of the second below."""
    rows = [
        (0, "good", 1.0, 1.0),
        (0, "good", 1.0, 2.0),
        (0, "empty", 0.0, 1.5),
        (1, "good", 1.0, 5.0),
        (1, "good", 1.0, 4.0),
    ]
    numbers = reported(rows)["length"]
    assert numbers["longer_good_above"] == 0.5
    assert numbers["like_length_fooled"] == 0.5
    assert numbers["written_bad_auc"] == 0.5


def test_the_card_says_what_the_report_says() -> None:
    rows = [(i, kind, fit, x) for i in range(4) for kind, fit, x in (("good", 1.0, 2.0), ("empty", 0.0, 0.0))]
    rows += [(i, "marked", float(i % 2), float(i)) for i in range(4)]
    unseen = reported(rows)
    config = {"encoder": "package:x", "encoder_revision": "1", "tuned_from": 0, "facts_tokens": 256, "copy_tokens": 96}
    text = card.render({
        "revision": "0123456789ab", "config": {**config, "languages": ["en"]},
        "learnt": {"items": 9, "marked": 3}, "unseen": unseen,
    })  # fmt: skip
    assert "| written: says nothing of this item | 4 | 1.0 (1.0 to 1.0) | 0.0 (0.0 to 0.0) |" in text
    assert text.count("not measured |") == len(unseen["kinds"])
    assert "0123456789ab" in text
    assert "4 copies of models" in text
