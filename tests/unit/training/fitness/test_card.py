"""The card of the fit measure says what its report says."""

from __future__ import annotations

import json
from pathlib import Path

from training.fitness.card import render


def test_the_card_of_the_shipped_report_has_a_row_a_kind(root: Path) -> None:
    report = json.loads((root / "models/fit/report.json").read_text())
    card = render(report, "Remarks of ours.")
    assert f"Revision {report['revision']}." in card
    for row in report["unseen"]["kinds"].values():
        assert f"| {row['copies']} | {row['auc'][0]} ({row['auc'][1]} to {row['auc'][2]}) |" in card
    assert card.endswith("Remarks of ours.\n")


def test_without_marks_and_a_reward_the_card_claims_nothing_of_them(root: Path) -> None:
    report = json.loads((root / "models/fit/report.json").read_text())
    unseen = {key: value for key, value in report["unseen"].items() if key != "marks"}
    card = render({key: value for key, value in report.items() if key != "reward"} | {"unseen": unseen})
    assert "## Against readers" not in card
    assert "| not measured |" in card
