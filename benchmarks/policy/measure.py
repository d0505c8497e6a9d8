"""The checks of all cases, and how often they are right."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterable, Sequence
from typing import Any

from benchmarks.policy.cases import Case, of_rule, profiles
from serve_app.policy import PolicySettings, check, warm_up

_TOGETHER = 8  # candidates of a usual request


def run(cases: Sequence[Case]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The result, and a row a case. Rates are None where there are no such cases.

    p50_ms: thread time to read the item and check a copy eight times, as for the candidates of one request.
    """
    warm_up()
    by_name, settings = profiles(), PolicySettings()
    blocked: dict[str, list[str]] = {}
    times_ms = []
    for case in cases:
        began = time.thread_time()
        context = case.context(by_name)
        for _ in range(_TOGETHER):
            findings = check(case.copied, context, settings)
        times_ms.append(1000 * (time.thread_time() - began))
        blocked[case.id] = [f.rule for f in findings if f.severity.rejects]

    def rates(some: Iterable[Case]) -> dict[str, Any]:
        bad = [bool(blocked[c.id]) for c in some if c.label == "block"]
        clean = [bool(blocked[c.id]) for c in some if c.label == "clean"]
        return {"recall": _share(bad), "false_blocks": _share(clean), "block": len(bad), "clean": len(clean)}

    rules = sorted({rule for case in cases for rule in case.rules})
    languages = sorted({case.language for case in cases})
    result = {
        **rates(cases),
        "p50_ms": round(statistics.median(times_ms), 2),
        "by_rule": {rule: rates(of_rule(cases, rule)) for rule in rules},
        "by_language": {name: rates([c for c in cases if c.language == name]) for name in languages},
        "by_half": {half: rates([c for c in cases if c.id.startswith(half)]) for half in ("blind", "aware")},
    }
    rows = [
        {"id": c.id, "label": c.label, "rules": " ".join(c.rules), "blocked_by": " ".join(blocked[c.id])} for c in cases
    ]
    return result, rows


def _share(of: Sequence[bool]) -> float | None:
    return round(sum(of) / len(of), 4) if of else None
