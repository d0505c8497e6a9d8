"""The model card that is written beside the weights: what it is, what it was measured to do, what it does not know."""

from __future__ import annotations

from typing import Any

from deployments.reward.text import STYLES

_CARD = """# Reward model

{heads} ridge Bradley-Terry heads on `{encoder}` ({encoder_revision}), frozen, hidden states {layers} mean-pooled side
by side: one pass of the trunk a copy. A reward is a logit; only differences between copies of one item mean anything.
The spread is the deviation between the heads, each fitted on its own bootstrap sample of the training clusters, and
grows with a copy's distance from the training copies.

Trained in {seconds} s by `python -m training.reward train`; `report.json` has every number, `seen_tests.txt` the tests
it was trained on, as fingerprints: `python -m training.reward eval` leaves them out. Revision {revision}.

## Measured on folds {test_folds}, left out of training, of the recipe's choice and of every correction

| | this model | longer copy wins |
|---|---|---|
| all pairs ({pairs}) | {all_pairs} (95% {all_interval}) | {length_all} |
| pairs with abs(z) > 1.96 ({significant}) | {sig_pairs} (95% {sig_interval}) | {length_sig} |
| its most certain half of those | {half} (95% {half_interval}) | |
| picks the best arm of a test | {top1} (chance {top1_chance}) | |
| CTR of its pick over the mean arm | {gain} (95% {gain_interval}; a noisy oracle: {oracle}) | |
| Brier score of the win probability | {brier} (always saying 0.5: 0.25) | |
| calibration error | {calibration_error} | |
| perturbation suite passed | {suite} (kinds taught {taught}, kinds never trained on {untaught}) | |

{tests} tests; intervals are bootstrapped over tests. Clusters of re-tested and near-duplicate stories are never split
between folds. By cross-fitting on the training folds ({train_folds}; {crossfit_pairs} pairs, each judged by heads that
did not see its fold), which chose the recipe: {crossfit_all} on all pairs, {crossfit_sig} on significant ones,
{crossfit_half} on their most certain half.
{standing}
## Against reward hacking

Share of {suite_copies} copies of the test folds whose perturbed form does not score above the original (score = mean -
0.5 x spread):

| kind | passed | |
|---|---|---|
{kinds}

Copies that look tampered with pay a penalty; the limit spares 99% of the training copies. Length decides nothing:
inside a test the reward rose by {length_slope} per unit of log(1 + words), which is taken off again, although longer
headlines did win somewhat more often; a push has a hard limit of length.

How much more a style was clicked than the rewards said, in logits of reward, on cross-fitted rewards; a positive gap
is a bias against the style. Serving adds the gap, so that no category wins or loses by its style alone:

| style | category | pairs | gap before | gap after | error |
|---|---|---|---|---|---|
{styles}

## Data

{train_pairs} training pairs inside one test with the same image, soft labels sigmoid({softness} z), each pair weighted
by one over the root of its test's pairs. Left out: {dropped}. {flags}

Matias, J.N., Munger, K., Aubin Le Quere, M., Ebersole, C. (2021), The Upworthy Research Archive, a time series of
32,487 experiments in U.S. media, Scientific Data 8:195, doi 10.1038/s41597-021-00934-7; Author Correction (2024), doi
10.1038/s41597-024-03600-w. Archive doi 10.17605/OSF.IO/JD64P, reported as CC BY 4.0
(https://creativecommons.org/licenses/by/4.0/) by its reusers. We changed it: weeks of the randomisation fault
excluded, arms without impressions dropped, repeated arms merged, pairs formed. The data is not part of this project.

## What it does not know

- It has seen headlines of one English-language site from 2013 to 2015, not push notifications: no bodies, no other
  language. Rewards learned there are reported not to transfer to other sites.
- It judges words alone. It sees neither the item nor its picture, and does not know what is true: policy does that.
  A trunk that reads lower case cannot see shouting, so neither can it reward it.
- Styles without a sign on the surface (warm, funny) have no measured gap and no correction.
- Train it on tests of your own before you trust it with your audience.
"""


def render(report: dict[str, Any], standing: str = "") -> str:
    """Markdown from the report of a training run. `standing`: a paragraph on where the model stands."""
    test, crossfit, suite = report["test"], report["crossfit"], report["perturbations"]
    half, config = test["selective"]["0.5"], report["config"]
    before, after = report["style_gaps"], report["style_gaps_left"]
    return _CARD.format(
        heads=config["heads"],
        encoder=config["encoder"],
        encoder_revision=config["encoder_revision"] or "revision unknown",
        layers=", ".join(map(str, config["layers"])),
        revision=report["revision"],
        seconds=report["seconds"],
        test_folds=", ".join(map(str, report["folds"]["test"])),
        train_folds=", ".join(map(str, report["folds"]["train"])),
        tests=test["tests"],
        pairs=test["pairs"],
        significant=test["significant_pairs"],
        all_pairs=test["all_pairs_accuracy"],
        all_interval=_interval(test["all_pairs_interval"]),
        sig_pairs=test["significant_pairs_accuracy"],
        sig_interval=_interval(test["significant_pairs_interval"]),
        half=half["significant_pairs_accuracy"],
        half_interval=_interval(half["significant_pairs_interval"]),
        length_all=test["length_baseline"]["all_pairs_accuracy"],
        length_sig=test["length_baseline"]["significant_pairs_accuracy"],
        top1=test["top1"],
        top1_chance=test["top1_chance"],
        gain=_percent(test["replay_ctr_gain"]),
        gain_interval=_interval(test["replay_ctr_gain_interval"], _percent),
        oracle=_percent(test["oracle_ctr_gain"]),
        brier=test["brier"],
        calibration_error=test["calibration_error"],
        suite=suite["pass_rate"],
        taught=suite["taught_pass_rate"],
        untaught=suite["held_out_pass_rate"],
        suite_copies=suite["copies"],
        kinds="\n".join(
            f"| {kind} | {passed} | {'taught' if kind in report['taught'] else 'never trained on'} |"
            for kind, passed in suite["kinds"].items()
        ),
        crossfit_pairs=crossfit["pairs"],
        crossfit_all=crossfit["all_pairs_accuracy"],
        crossfit_sig=crossfit["significant_pairs_accuracy"],
        crossfit_half=crossfit["selective"]["0.5"]["significant_pairs_accuracy"],
        standing=f"\n{standing.strip()}\n" if standing.strip() else "",
        length_slope=report["length_slope"],
        styles="\n".join(
            f"| {style} | {category} | {before[style]['pairs']} | {before[style]['gap']:+.3f} | "
            f"{after[style]['gap']:+.3f} | {before[style]['se']:.3f} |"
            for style, (category, _) in STYLES.items()
        ),
        train_pairs=report["train_pairs"],
        softness=report["softness"],
        dropped=", ".join(f"{count} arms ({reason})" for reason, count in report["dropped"].items() if count)
        or "nothing",
        flags=". ".join(f"{name.capitalize()}: {value}" for name, value in report["flags"].items() if value) + ".",
    )


def _interval(bounds: list[float] | None, show: Any = str) -> str:
    return f"{show(bounds[0])} to {show(bounds[1])}" if bounds else "unknown"


def _percent(value: float | None) -> str:
    return "unknown" if value is None else f"{value:+.1%}"
