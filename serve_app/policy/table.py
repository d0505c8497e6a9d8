"""The table of all findings: what each means, what it does by default, and the setting that changes it."""

from __future__ import annotations

from typing import NamedTuple

from serve_app.policy.registry import RULES, PolicySettings


class RuleRow(NamedTuple):
    """A kind of finding. severity: BLOCK, REWRITE, REVIEW or OFF. setting: its place in the Ingress's `user_config`."""

    id: str
    severity: str
    message: str
    setting: str


def rule_rows(settings: PolicySettings) -> list[RuleRow]:
    """Return every kind of finding, in the order of its id."""
    return sorted(
        RuleRow(one.id, getattr(getattr(settings, name), one.knob).upper(), one.message, f"policy.{name}.{one.knob}")
        for name, rule in RULES.items()
        for one in rule.ids
    )
