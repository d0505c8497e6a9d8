"""Incumbents as copies in the running: a human's as it is, a template with its placeholders filled from the item."""

from __future__ import annotations

import re

from deployments.types import Candidate, Incumbent, IncumbentKind, Item, PolicyFinding, Source

_PLACEHOLDER = re.compile(r"\{([\w .-]+)\}")


def as_candidate(incumbent: Incumbent, item: Item) -> Candidate:
    """The copy that would be sent; a template with a placeholder that the item cannot fill is rejected."""
    if incumbent.kind is IncumbentKind.HUMAN:
        return Candidate(id=incumbent.id, title=incumbent.title, body=incumbent.body, source=Source.INCUMBENT)
    values = {"title": item.title, "description": item.description, "creator": item.creator, **item.metadata}
    texts, missing = {}, []
    for field in ("title", "body"):
        text = getattr(incumbent, field)
        missing += [(field, m.group(0)) for m in _PLACEHOLDER.finditer(text) if not values.get(m.group(1).strip())]
        texts[field] = _PLACEHOLDER.sub(lambda m: values.get(m.group(1).strip(), m.group(0)), text)
    findings = tuple(
        PolicyFinding(rule="template", code="TEMPLATE_FIELD_MISSING", field=field, excerpt=placeholder)
        for field, placeholder in missing
    )
    return Candidate(id=incumbent.id, source=Source.TEMPLATE, findings=findings, rejected=bool(findings), **texts)
