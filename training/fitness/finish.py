"""The steps after a training: calibration, report and card, on items that the network did not see."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from deployments.reward import fit_net
from deployments.reward.fit import FitModel
from deployments.reward.model import RewardModel
from training.fitness import calibrate, card, measure
from training.writer.corpus import Entry


def finish(
    folder: Path, unseen: Sequence[Entry], facts: dict[str, Any], reward: Path | None, seed: int
) -> dict[str, Any]:
    """Calibrate the model in `folder`, write its report and card beside it; returns the report.

    facts: what the report says of the training. reward: a reward model to hold beside it, which reads no facts.
    """
    model = FitModel.load(folder)
    judged = measure.judge(measure.by_fit(model), unseen, seed)
    numbers = asdict(calibrate.fit(judged))
    revision = fit_net.recalibrate(folder, numbers)
    report: dict[str, Any] = {
        "revision": revision,
        "config": model.config.model_dump(mode="json") | numbers,
        **facts,
        "unseen": measure.report(judged, calibrate.left_out(judged), seed),
    }
    if reward is not None:
        scorer = RewardModel.load(reward)
        baseline = measure.judge(measure.by_reward(scorer), unseen, seed)
        report["reward"] = measure.report(baseline, scorer.calibration.slope * baseline.logits, seed) | {
            "revision": scorer.revision
        }
    (folder / "report.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(card.render(report, report.get("remarks", "")), encoding="utf-8")
    return report
