"""The checks of all cases, and how often they are right."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Any

from benchmarks.policy.cases import Case, of_rule, profiles
from deployments.types import Copy
from serve_app.policy import PolicySettings, check, check_all, warm_up

_TOGETHER = 8  # candidates of a usual request


def run(cases: Sequence[Case]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The result, and a row a case. Rates are None where there are no such cases.

    p50_ms: thread time to read an item and check eight different copies about it, as for the candidates of one request.
    own: the share of a rule's bad cases that a finding of that rule rejects. false_by: by rule id, the clean cases it
    rejects.
    """
    warm_up()
    by_name, settings = profiles(), PolicySettings()
    times_ms = _times_ms(cases)  # first, while no text is in a cache
    blocked: dict[str, list[str]] = {}
    for case in cases:
        findings = check(case.copied, case.context(by_name), settings)
        blocked[case.id] = [f.rule for f in findings if f.severity.rejects]

    def rates(some: Iterable[Case]) -> dict[str, Any]:
        bad = [bool(blocked[c.id]) for c in some if c.label == "block"]
        clean = [bool(blocked[c.id]) for c in some if c.label == "clean"]
        return {"recall": _share(bad), "false_blocks": _share(clean), "block": len(bad), "clean": len(clean)}

    def of(rule: str) -> dict[str, Any]:
        some = of_rule(cases, rule)
        own = [any(_belongs(found, rule) for found in blocked[c.id]) for c in some if c.label == "block"]
        return {**rates(some), "own": _share(own)}

    rules = sorted({rule for case in cases for rule in case.rules})
    languages = sorted({case.language for case in cases})
    result = {
        **rates(cases),
        "p50_ms": round(statistics.median(times_ms), 2),
        "by_rule": {rule: of(rule) for rule in rules},
        "by_language": {name: rates([c for c in cases if c.language == name]) for name in languages},
        "by_half": {half: rates([c for c in cases if c.id.startswith(half)]) for half in ("blind", "aware", "fresh")},
        "false_by": dict(
            Counter(rule for c in cases if c.label == "clean" for rule in set(blocked[c.id])).most_common()
        ),
    }
    rows = [
        {"id": c.id, "label": c.label, "rules": " ".join(c.rules), "blocked_by": " ".join(blocked[c.id])} for c in cases
    ]
    return result, rows


def _belongs(found: str, rule: str) -> bool:
    """Whether a finding's id is of a rule, which may be a family such as "length.*"."""
    return fnmatchcase(found, rule) or found.startswith(f"{rule}.")


def _times_ms(cases: Sequence[Case]) -> list[float]:
    """Reading an item and checking eight copies about it, as for the candidates of one request."""
    by_name, settings = profiles(), PolicySettings()
    times_ms = []
    for case in cases:
        candidates = [variant(case, number) for number in range(_TOGETHER)]
        began = time.thread_time()
        context = case.context(by_name)
        list(check_all([(candidate, context) for candidate in candidates], settings))
        times_ms.append(1000 * (time.thread_time() - began))
    return times_ms


def variant(case: Case, number: int) -> Copy:
    """Return the case's copy with another word of the item at the end of each field: no two variants share a field."""
    words = case.checked.item.title.split() or [case.id]
    word = words[number % len(words)] + " " * (number // len(words))
    return Copy(title=f"{case.copied.title} {word}", body=f"{case.copied.body} {word}") if number else case.copied


def _share(of: Sequence[bool]) -> float | None:
    return round(sum(of) / len(of), 4) if of else None
