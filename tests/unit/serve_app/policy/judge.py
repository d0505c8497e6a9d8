"""Shorthand of the policy tests: a copy about one known item, and the rule_ids that the rules find."""

from __future__ import annotations

from typing import Any

from deployments.types import Copy, CountingUnit, Item, LengthProfile, OutputField, PolicyFinding
from serve_app.policy import PolicyContext, PolicySettings, check

ITEM = Item(
    id="cafe-1",
    title="Morning coffee at Calle Mayor",
    description="A barista pours an espresso. Opened on 2026-03-02, 12 seats, three baristas, 1,500 guests a month.",
    tags=("coffee", "espresso"),
    creator="Ana Ruiz",
    metadata={
        "transcript": "We roast every bean ourselves, and we always will.",
        "price": "4.50",
        "discount": "20",
        "website": "cafemayor.example.com",
        "phone": "+34 600 123 456",
    },
)
PROFILE = LengthProfile(length_profile="test", max_title=60, max_body=160, counting_unit=CountingUnit.WIDTH)


def context(**fields: Any) -> PolicyContext:
    return PolicyContext.of(**{"item": ITEM, "caption": "The picture shows an espresso.", "profile": PROFILE, **fields})


def findings(
    title: str = "", body: str = "", settings: PolicySettings | None = None, **fields: Any
) -> tuple[PolicyFinding, ...]:
    """Only the fields that are given are asked for."""
    requested_fields = [f for f, text in ((OutputField.TITLE, title), (OutputField.BODY, body)) if text]
    fields.setdefault("output_fields", tuple(requested_fields) or (OutputField.TITLE, OutputField.BODY))
    return check(Copy(title=title, body=body), context(**fields), settings or PolicySettings())


def rule_ids(title: str = "", body: str = "", **fields: Any) -> set[str]:
    return {f.rule for f in findings(title, body, **fields)}
