"""The tier of a Decision: whether its copy may go out by itself, by the findings of that copy and the tenant's rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from deployments.settings import Knobs
from deployments.types import Candidate, Notification, PolicyFinding, Tier
from serve_app.policy.registry import RULES

_ALL: Final = "*"
# `fit.unknown` is a finding of the fit gate: no rule has it.
_KNOWN: Final = frozenset(kind.id for rule in RULES.values() for kind in rule.ids) | {"fit.unknown"}


def _checked_pattern(pattern: str) -> str:
    if not any(_matches(pattern, known) for known in _KNOWN):
        raise ValueError(f"{pattern!r} is no rule's id, no family such as 'grounding.*', and not '*'")
    return pattern


Pattern = Annotated[str, AfterValidator(_checked_pattern)]


class TierRule(Knobs):
    """Which findings of the chosen copy ask for a person: ids of rules, families such as "grounding.*", or "*".

    hold: HOLD, a person looks first. sample: SAMPLE, a person looks at some of them. A copy without a finding that they
    name is AUTO. A finding of BLOCK or REWRITE is HOLD in any case: a human incumbent may be kept with one.
    """

    hold: tuple[Pattern, ...] = Field(default=("grounding.*", "pii.*", "safety.*", "terms.*"), max_length=100)
    sample: tuple[Pattern, ...] = Field(default=(_ALL,), max_length=100)


def tier_of(candidates: Sequence[Candidate], chosen: Notification | None, rule: TierRule) -> Tier | None:
    """Return the tier of the chosen candidate; None where nothing is sent."""
    if chosen is None:
        return None
    findings = next(c.findings for c in candidates if c.id == chosen.candidate_id)
    if any(f.severity.rejects or _named(f, rule.hold) for f in findings):
        return Tier.HOLD
    return Tier.SAMPLE if any(_named(f, rule.sample) for f in findings) else Tier.AUTO


def _named(finding: PolicyFinding, patterns: Sequence[str]) -> bool:
    return any(_matches(pattern, finding.rule) for pattern in patterns)


def _matches(pattern: str, rule: str) -> bool:
    return pattern in (_ALL, rule) or (pattern.endswith(".*") and rule.startswith(pattern.removesuffix("*")))
