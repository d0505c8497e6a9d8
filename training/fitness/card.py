"""The card of the fit measure: description, measured quality and weaknesses. All numbers come from the report."""

from __future__ import annotations

from typing import Any, Final

_SAYS: Final = {
    "wrong_fact": "written: a fact is swapped or changed",
    "misread": "written: negation lost, partial made full, joke taken literally",
    "invented": "written: a plausible detail is made up",
    "empty": "written: says nothing of this item",
    "off_tone": "written: joke on a grave subject, hype on a modest one",
    "broken": "written: as a tiny model writes",
    "other": "written: about the wrong thing",
    "generic": "made: words that fit any item",
    "cut": "made: ends in the middle",
    "cut_anywhere": "made: ends after some words, with or without a stop",
    "salad": "made: the words in another order",
    "some_words": "made: a few words moved or replaced",
    "doubled": "made: said twice",
    "echo": "made: body repeats title",
    "wrong_number": "made: one number is another",
    "swapped_name": "made: one name is another",
    "negation": "made: a negation or limit is lost",
    "another": "made: another item's copy",
    "halves": "made: one half is another item's",
    "appended": "made: a sentence of another item follows",
    "stock": "made: stock phrases",
    "joke": "made: a joke on a grave subject",
    "pronoun": "made: one pronoun is another",
    "small_word": "made: a preposition or article is missing or another",
    "turned": "made: two names, numbers or words changed places",
    "spliced": "made: two sentences of the facts run together",
    "scrap": "made: some words of the facts as the title",
    "written_bad": "**all that people wrote as bad**",
    "made_worse": "**all that rules made worse**",
}


_COLUMNS: Final = ("auc", "fooled", "sure_and_wrong")


def render(report: dict[str, Any], remarks: str = "") -> str:
    """Markdown."""
    config, unseen, learnt = report["config"], report["unseen"], report["learnt"]
    lines = [
        "# Fit to send",
        "",
        "How likely would a strict reader send this copy of this item as it is: true to the facts, about it, sensible, "
        "complete? Written by `python -m training.fitness train`; do not edit.",
        "",
        f"Revision {report['revision']}. A cross-encoder on {config['encoder']} ({config['encoder_revision']}): its "
        f"layers from {config['tuned_from']} on and a small head, tuned on {learnt['items']} items with good and bad "
        f"copies and {learnt['marked']} copies of models that readers marked. Facts in at most "
        f"{config['facts_tokens']} tokens, a copy in at most {config['copy_tokens']}. Languages: "
        f"{', '.join(config['languages'])}; of items in others it says nothing.",
        "",
        f"Measured on {unseen['items']} items that it never saw, each bad copy against the good copies of its own "
        "item; 95% intervals over items. Fooled: the bad copy is called at least even. Sure and wrong: called better "
        "with P >= 0.7.",
        "",
        "| bad copies | n | AUC | fooled | sure and wrong | reward alone: AUC, fooled, sure and wrong |",
        "|---|---|---|---|---|---|",
    ]
    beside = report.get("reward", {}).get("kinds", {})
    for kind, row in unseen["kinds"].items():
        numbers = " | ".join(_with_interval(row[name]) for name in _COLUMNS)
        baseline = ", ".join(str(beside[kind][name][0]) for name in _COLUMNS) if kind in beside else "not measured"
        lines.append(f"| {_SAYS.get(kind, kind)} | {row['copies']} | {numbers} | {baseline} |")
    passed = unseen["passed_at_half"]
    lines += [
        "",
        "Share of copies with P(fit) >= 0.5: " + ", ".join(f"{k} {v}" for k, v in sorted(passed.items())) + ".",
    ]
    length = unseen["length"]
    lines += [
        "",
        f"Length: the longer of two good copies of an item is above the shorter in {length['longer_good_above']} of "
        f"pairs (0.5: it says nothing). Length alone has an AUC of {length['written_bad_auc']} on copies written "
        f"as bad; among copies that differ by two words at most, {length['like_length_fooled']} of pairs are fooled.",
    ]
    if marks := unseen.get("marks"):
        lines += ["", "## Against readers", ""]
        auc = _with_interval(marks["auc"]) if marks["auc"] else "not measured"
        lines += [
            f"{marks['copies']} copies of models for unseen items, {marks['fit_share']:.0%} of them fit by readers: "
            f"AUC {auc}, Brier score {marks['brier']}"
            f"{_reward_on_marks(report)}.",
            "",
            "| said | was | copies |",
            "|---|---|---|",
            *(f"| {row['said']} | {row['was']} | {row['copies']} |" for row in marks["reliability"]),
        ]
    return "\n".join([*lines, "", *([remarks.strip(), ""] if remarks else [])])


def _reward_on_marks(report: dict[str, Any]) -> str:
    value = report.get("reward", {}).get("marks", {}).get("auc")
    return f"; the reward alone has an AUC of {_with_interval(value)}" if value else ""


def _with_interval(value: list[float]) -> str:
    return f"{value[0]} ({value[1]} to {value[2]})"
