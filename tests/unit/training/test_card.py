"""The card says what the report says."""

from __future__ import annotations

import json
from pathlib import Path

from training.card import render


def test_the_card_of_the_shipped_report_has_its_numbers(root: Path) -> None:
    report = json.loads((root / "models/reward/report.json").read_text())
    card = render(report, "Data of ours.")
    assert f"Revision {report['revision']}." in card
    assert f"| all pairs ({report['test']['pairs']}) | {report['test']['all_pairs_accuracy']} " in card
    assert "Data of ours." in card


def test_without_push_items_the_card_says_that_nothing_is_known_of_pushes(root: Path) -> None:
    report = json.loads((root / "models/reward/report.json").read_text())
    assert "No push items were given" in render(report | {"pushes": None})
