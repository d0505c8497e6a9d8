"""Incumbents as candidates: a human copy as it is, a template with its placeholders filled from the item."""

from __future__ import annotations

import re

from deployments.item_text import template_values
from deployments.types import (
    MAX_LONG_TEXT,
    MAX_SHORT_TEXT,
    Candidate,
    Incumbent,
    IncumbentKind,
    Item,
    PolicyFinding,
    Source,
)

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_MAX_LENGTH = {"title": MAX_SHORT_TEXT, "body": MAX_LONG_TEXT}


def as_candidate(incumbent: Incumbent, item: Item) -> Candidate:
    """Return the copy to send. A template with a placeholder that the item cannot fill is rejected."""
    if incumbent.kind is IncumbentKind.HUMAN:
        return Candidate(id=incumbent.id, title=incumbent.title, body=incumbent.body, source=Source.INCUMBENT)
    values = template_values(item)
    texts: dict[str, str] = {}
    missing: list[tuple[str, str]] = []
    too_long: list[PolicyFinding] = []
    for field in ("title", "body"):
        text = getattr(incumbent, field)
        missing += [(field, m.group(0)) for m in _PLACEHOLDER.finditer(text) if not values.get(m.group(1).strip())]
        filled = _PLACEHOLDER.sub(lambda m: values.get(m.group(1).strip(), m.group(0)), text)
        texts[field] = filled[: _MAX_LENGTH[field]]
        if len(filled) > _MAX_LENGTH[field]:
            too_long.append(PolicyFinding(rule="length", code="TOO_LONG", field=field))
    findings = tuple(too_long) + tuple(
        PolicyFinding(rule="template", code="TEMPLATE_FIELD_MISSING", field=field, excerpt=placeholder)
        for field, placeholder in missing
    )
    return Candidate(id=incumbent.id, source=Source.TEMPLATE, findings=findings, rejected=bool(findings), **texts)
