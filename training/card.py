"""The model card that is written beside the weights: what it is, what it was measured to do, what it does not know."""

from __future__ import annotations

from typing import Any

_CARD = """# Reward heads

{heads} linear Bradley-Terry heads on frozen mean-pooled embeddings of `{encoder}`
({encoder_revision}). A reward is a logit; only differences between copies of one item mean anything. The spread is the
standard deviation between the heads, each fitted on its own bootstrap sample of the training clusters.

Trained by `python -m training.reward train`, code and recipe in `training/`; the numbers are in `report.json`, the
tests it has seen, as fingerprints, in `seen_tests.txt`: `python -m training.reward eval` leaves them out.

## Measured on folds {test_folds}, which neither training nor the choice of the epoch or the recipe saw

| | this model | longer copy wins |
|---|---|---|
| all pairs ({pairs}) | {all_pairs} (95% {all_interval}) | {length_all} |
| pairs with abs(z) > 1.96 ({significant}) | {sig_pairs} (95% {sig_interval}) | {length_sig} |

{tests} tests; intervals are bootstrapped over tests. Clusters of re-tested and near-duplicate stories are never split
between folds. On the {choice_pairs} pairs of the folds that chose the epoch ({choice_folds}) it has {choice_all} on all
pairs and {choice_sig} on significant ones. Published models six to twenty times larger, trained on six times the data,
reach 0.67 to 0.69 on all pairs of this archive.

## Data

{train_pairs} training pairs (folds {train_folds}) inside one test with the same image, soft labels
sigmoid({softness} z), each pair weighted by one over the root of its test's pairs. Left out: {dropped}.

Matias, J.N., Munger, K., Aubin Le Quere, M., Ebersole, C. (2021), The Upworthy Research Archive, a time series of
32,487 experiments in U.S. media, Scientific Data 8:195, doi 10.1038/s41597-021-00934-7; Author Correction (2024), doi
10.1038/s41597-024-03600-w. Archive doi 10.17605/OSF.IO/JD64P, reported as CC BY 4.0
(https://creativecommons.org/licenses/by/4.0/) by its reusers. We changed it: weeks of the randomisation fault
excluded, arms without impressions and repeated arms dropped, pairs formed. The data itself is not part of this project.

## What it does not know

- It has seen headlines of one English-language site from 2013 to 2015, not push notifications: no bodies, no other
  language. Rewards learned there are reported not to transfer to other sites.
- It judges words alone. It sees neither the item nor its picture, and does not know what is true: policy does that.
- It can be fooled by copy unlike its training data. No perturbation suite and no calibration of the win probability
  yet; headlines of that archive that ask a question lost more often, so it may be unfair to that style.
- Train it on tests of your own before you trust it with your audience.
"""


def render(report: dict[str, Any]) -> str:
    """Markdown from the report of a training run."""
    test = report["test"]
    return _CARD.format(
        heads=report["config"]["heads"],
        encoder=report["config"]["encoder"],
        encoder_revision=report["config"]["encoder_revision"],
        test_folds=", ".join(map(str, report["folds"]["test"])),
        tests=test["tests"],
        train_folds=", ".join(map(str, report["folds"]["train"])),
        choice_folds=", ".join(map(str, report["folds"]["choice"])),
        choice_pairs=report["choice"]["pairs"],
        choice_all=report["choice"]["all_pairs_accuracy"],
        choice_sig=report["choice"]["significant_pairs_accuracy"],
        pairs=test["pairs"],
        significant=test["significant_pairs"],
        all_pairs=test["all_pairs_accuracy"],
        all_interval=_interval(test["all_pairs_interval"]),
        sig_pairs=test["significant_pairs_accuracy"],
        sig_interval=_interval(test["significant_pairs_interval"]),
        length_all=test["length_baseline"]["all_pairs_accuracy"],
        length_sig=test["length_baseline"]["significant_pairs_accuracy"],
        train_pairs=report["train_pairs"],
        softness=report["softness"],
        dropped=", ".join(f"{count} arms ({reason})" for reason, count in report["dropped"].items() if count)
        or "nothing",
    )


def _interval(bounds: list[float]) -> str:
    return f"{bounds[0]} to {bounds[1]}"
