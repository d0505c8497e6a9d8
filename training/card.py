"""The model card beside the weights: description, measured quality and limits of the reward model."""

from __future__ import annotations

from typing import Any

from deployments.reward.text import FEW_WORDS, STYLES

_CARD = """# Reward model

{heads} ridge Bradley-Terry heads on `{encoder}` ({encoder_revision}), frozen, hidden states {layers} mean-pooled side
by side: one pass of the trunk a copy. A reward is a logit; only differences between copies of one item mean anything.
The spread is the deviation between the heads, each fitted on its own bootstrap sample of the training clusters, and
grows with a copy's distance from plain human copy of its length, and beyond the length that was ever A/B-tested.

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

## Against reward hacking

Share of {suite_copies} copies of the test folds whose perturbed form does not score above the original (score = mean -
0.5 x spread):

| kind | passed | |
|---|---|---|
{kinds}

Not counted, because it is a style that readers did click on, and not damage: a stock hook put before or after a copy,
passed by {hooks}. What guards against it is the category, the policy rules and a person.

Copies that look padded, repeated, marked up, hollow (stock copy that fits any item) or cut off pay a penalty, and their
spread grows by as much, because a guard may be wrong. Each limit spares {spared} of the plain human copies it
was not fitted on, in every band of lengths. Length is taken off:
{length_slopes} per unit of log(1 + words), up to {few_words} words and beyond, as copies have it that say the same with
ever more of its item's sentences. A copy unlike human copy of its length, or longer than the {tested_words} words that
were ever tested, gets a spread of up to {widest} more.

{pushes}
How much more a style was clicked than the rewards said, in logits of reward, on cross-fitted rewards; a positive gap
is a bias against the style. Only gaps beyond two errors are corrected, and only as a deduction, because a bonus for a
sign that anyone can type would be an invitation:

| style | category | pairs | gap | error | correction | gap on the test folds | error |
|---|---|---|---|---|---|---|---|
{styles}

## Data

{train_pairs} training pairs inside one test with the same image, soft labels sigmoid({softness} z), each pair weighted
by one over the root of its test's pairs. Left out: {dropped}. {flags}
{learnt_from}

{source}
## What it does not know

- It judges words alone. It sees neither the item nor its images, and does not know what is true: policy does that.
  A trunk that reads lower case cannot see shouting, so neither can it reward it.
- What readers of other sites, other years or other languages open. Train it on tests of your own before you trust it.
- Styles without a sign on the surface (warm, funny) have no measured gap and no correction.
"""


def render(report: dict[str, Any], notes: str = "") -> str:
    """Markdown from the report of a training run. `notes`: what else to say, such as where the data is from."""
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
        hooks=", ".join(f"`{hook}` {passed}" for hook, passed in suite["hooks"].items()),
        crossfit_pairs=crossfit["pairs"],
        crossfit_all=crossfit["all_pairs_accuracy"],
        crossfit_sig=crossfit["significant_pairs_accuracy"],
        crossfit_half=crossfit["selective"]["0.5"]["significant_pairs_accuracy"],
        source=f"{notes.strip()}\n" if notes.strip() else "",
        spared=", ".join(f"{q:.1%} ({name})" for name, q in report["recipe"]["guard_quantiles"].items()),
        widest=config["widest"],
        length_slopes=" and ".join(f"{slope:+.3f}" for slope in report["length_slopes"]),
        few_words=FEW_WORDS,
        tested_words=f"{config['tested_words']:.0f}",
        pushes=_pushes(report["pushes"]),
        learnt_from=_learnt_from(report["learnt_from"]),
        styles="\n".join(
            f"| {style} | {category} | {before[style]['pairs']} | {before[style]['gap']:+.3f} | "
            f"{before[style]['se']:.3f} | {config['corrections'][style]:+.3f} | {after[style]['gap']:+.3f} | "
            f"{after[style]['se']:.3f} |"
            for style, (category, _) in STYLES.items()
        ),
        train_pairs=report["train_pairs"],
        softness=report["softness"],
        dropped=", ".join(f"{count} arms ({reason})" for reason, count in report["dropped"].items() if count)
        or "nothing",
        flags=". ".join(f"{name.capitalize()}: {value}" for name, value in report["flags"].items() if value) + ".",
    )


_PUSHES = """## On pushes, title and body

{items} push items that nothing was fitted on. By words of plain human copy (reward: less that of the item's shortest
copy; slope of a copy with ever more sentences: {slope:+.3f} per unit of log(1 + words)):

| words | copies | reward | penalty | share that pays | spread |
|---|---|---|---|---|---|
{lengths}

How often a worse copy is called better than a human one (above 0.5), and surely (P at least 0.7):

| worse copy | pairs | above 0.5 | sure |
|---|---|---|---|
{fooled}
"""


def _pushes(report: dict[str, Any] | None) -> str:
    if not report:
        return "No push items were given: of title and body nothing is known.\n"
    return _PUSHES.format(
        items=report["items"],
        slope=report["length_slope"],
        lengths="\n".join(
            f"| {row['words_above'] + 1} to {row['words']} | {row['copies']} | {row['reward']:+.3f} | "
            f"{row['penalty']} | {row['paying']} | {row['spread']} |"
            for row in report["lengths"]
        ),
        fooled="\n".join(
            f"| {kind} | {row['pairs']} | {row['above_half']} | {row['sure']} |"
            for kind, row in report["fooled"].items()
        ),
    )


def _learnt_from(counts: dict[str, int]) -> str:
    parts = []
    if counts["items"]:
        parts.append(f"{counts['items']} push items taught the guards and the length, never which copy is clicked.")
    if counts["caption_pairs"]:
        parts.append(f"{counts['caption_pairs']} pairs of caption contests taught beside the log.")
    return " ".join(parts)


def _interval(bounds: list[float] | None, show: Any = str) -> str:
    return f"{show(bounds[0])} to {show(bounds[1])}" if bounds else "unknown"


def _percent(value: float | None) -> str:
    return "unknown" if value is None else f"{value:+.1%}"
