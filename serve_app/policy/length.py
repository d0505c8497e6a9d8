"""Length rule: the platform would cut a longer copy, or refuse the push."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from pydantic import Field

from deployments.counting import measure
from deployments.settings import Knobs
from deployments.types import Copy, CountingUnit
from serve_app.policy.context import Action, FieldName, Hit, PolicyContext, Rule, RuleId
from serve_app.policy.known_placeholders import Known, Place, places

ENVELOPE_BYTES: Final = 64
"""Bytes of a payload beside title and body: {"aps":{"alert":{...},"sound":"default"}} or what FCM takes instead."""
_STAND_IN: Final = "x"
_WIDEST_STAND_IN: Final = "\u0928"  # three bytes, as most scripts outside Europe take


class LengthRule(Knobs):
    """Fields longer than the length profile allows, and payloads.

    A known placeholder counts as its default or the longest plausible value, whichever is longer. longest_values: in
    characters, by the last part of its name. longest_value: of the others.
    """

    action: Action = "block"
    longest_value: int = Field(default=12, ge=0, le=200)
    longest_values: dict[str, int] = {"full_name": 20, "city": 14, "product": 20, "title": 30}


def length(copy: Copy, context: PolicyContext, settings: LengthRule) -> Iterator[Hit]:
    """length.title and length.body in the counting unit of the profile, length.payload in bytes of UTF-8."""
    profile, known = context.profile, context.placeholders
    limits: tuple[tuple[FieldName, int], ...] = (("title", profile.max_title), ("body", profile.max_body))
    for field, limit in limits:
        text: str = getattr(copy, field)
        filled = _longest(text, known, profile.counting_unit, settings)
        if profile.counting_unit is CountingUnit.GRAPHEMES and len(filled) <= limit:
            continue  # a grapheme has at least one code point
        long = measure(filled, profile.counting_unit)
        if long > limit:
            unit = profile.counting_unit.value.removeprefix("COUNTING_UNIT_").lower()
            yield Hit(f"length.{field}", settings.action, field, text, evidence=f"{long} {unit}, {limit} allowed")
    if profile.max_payload_bytes is not None:
        both = (_longest(text, known, CountingUnit.UTF8_BYTES, settings) for text in (copy.title, copy.body))
        size = payload_bytes(*both)
        if size > profile.max_payload_bytes:
            field = "body" if len(copy.body) >= len(copy.title) else "title"
            said = f"{size} bytes, {profile.max_payload_bytes} allowed"
            yield Hit("length.payload", settings.action, field, getattr(copy, field), evidence=said)


def payload_bytes(title: str, body: str) -> int:
    """Bytes of the whole push: both fields in compact JSON, quotes and line breaks escaped, and its envelope."""
    fields = json.dumps({"title": title, "body": body}, ensure_ascii=False, separators=(",", ":"))
    return len(fields.encode(errors="replace")) + ENVELOPE_BYTES


def _longest(text: str, known: tuple[Known, ...], unit: CountingUnit, settings: LengthRule) -> str:
    """Fill the known placeholders with their longest plausible values."""
    parts, done = [], 0
    for place in places(text, known):
        parts += [text[done : place.start], _value(text, place, unit, settings)]
        done = place.end
    return "".join([*parts, text[done:]])


def _value(text: str, place: Place, unit: CountingUnit, settings: LengthRule) -> str:
    stand_in = _WIDEST_STAND_IN if unit is CountingUnit.UTF8_BYTES else _STAND_IN
    name = place.name.rpartition(".")[2].casefold()
    longest = stand_in * settings.longest_values.get(name, settings.longest_value)
    default = text[slice(*place.default)] if place.default else ""
    return max(longest, default, key=lambda value: measure(value, unit))


LENGTH = Rule(
    "length",
    length,
    (
        RuleId("length.title", "the title is longer than the length profile allows"),
        RuleId("length.body", "the body is longer than the length profile allows"),
        RuleId("length.payload", "the push has more bytes than the platform takes"),
    ),
    as_sent=True,
)
