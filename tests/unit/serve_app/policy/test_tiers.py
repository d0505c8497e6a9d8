"""Who looks at a copy before it is sent."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from deployments.types import Candidate, Notification, PolicyFinding, Severity, Source, Tier
from serve_app.policy.tiers import TierRule, tier_of


def tier(rule: TierRule, *findings: tuple[str, Severity]) -> Tier | None:
    found = tuple(PolicyFinding(rule=name, severity=severity) for name, severity in findings)
    other, chosen = (Candidate(id=name, source=Source.INCUMBENT) for name in ("i1", "i2"))
    candidates = [other, chosen.model_copy(update={"findings": found})]
    return tier_of(candidates, Notification(candidate_id="i2"), rule)


RULE = TierRule(hold=("grounding.*", "fit.unknown"), sample=("format.run_on",))


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ((), Tier.AUTO),
        ((("language.match", Severity.REVIEW),), Tier.AUTO),  # no pattern names it
        ((("format.run_on", Severity.REVIEW),), Tier.SAMPLE),
        ((("format.run_on", Severity.REVIEW), ("grounding.number", Severity.REVIEW)), Tier.HOLD),
        ((("fit.unknown", Severity.REVIEW),), Tier.HOLD),
        ((("length.title", Severity.BLOCK),), Tier.HOLD),  # of a kept incumbent
        ((("format.marks", Severity.REWRITE),), Tier.HOLD),
    ],
)
def test_the_tier_follows_the_findings_of_the_chosen_copy(
    findings: tuple[tuple[str, Severity], ...], expected: Tier
) -> None:
    assert tier(RULE, *findings) is expected


def test_by_default_every_finding_is_seen_by_somebody() -> None:
    assert tier(TierRule(), ("format.run_on", Severity.REVIEW)) is Tier.SAMPLE
    assert tier(TierRule(), ("terms.banned", Severity.REVIEW)) is Tier.HOLD
    assert tier(TierRule(), ("pii.phone", Severity.REVIEW)) is Tier.HOLD


def test_nothing_to_send_has_no_tier() -> None:
    assert tier_of([], None, TierRule()) is None


@pytest.mark.parametrize("pattern", ["groundin.*", "grounding", "grounding.numbers", "", "*.number"])
def test_a_pattern_that_names_no_rule_is_refused(pattern: str) -> None:
    with pytest.raises(ValidationError, match="is no rule's id"):
        TierRule(hold=(pattern,))
