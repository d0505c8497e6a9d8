"""The spacing rule."""

from __future__ import annotations

import pytest

from deployments.types import Copy, Item, Severity
from serve_app.policy import PolicySettings, check
from tests.unit.serve_app.policy.judge import context


def found(text: str, locale: str = "en", **metadata: str) -> list[tuple[str, str, Severity]]:
    item = Item(title="Tea", locale=locale, metadata=metadata)
    findings = check(Copy(title=text), context(item=item), PolicySettings(), only=("spacing",))
    return [(f.rule, f.text, f.severity) for f in findings]


@pytest.mark.parametrize(
    ("text", "rule", "locale"),
    [
        ("Tea  is ready", "format.spacing", "en"),
        ("Tea , please", "format.spacing", "en"),
        ("¿Té ?", "format.spacing", "es"),
        ("Чай .", "format.spacing", "ru"),
        ("Thé , s'il te plaît", "format.spacing", "fr"),
        ("The the tea", "format.repeated", "en"),
        ("Hora de de té", "format.repeated", "es"),
        ("Чай в в чашке", "format.repeated", "ru"),
    ],
)
def test_slips_are_to_be_mended(text: str, rule: str, locale: str) -> None:
    ((found_rule, _, severity),) = found(text, locale)
    assert (found_rule, severity) == (rule, Severity.REWRITE)


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("Only .5 l of .com tea :) ...", "en"),
        ("Du thé ? Oui ! Voici : du thé", "fr"),
        ("यह चाय है ।", "hi"),
        ("La la la, bye bye, very very good", "en"),
        ("La La Land", "en"),
        ("धीरे धीरे चाय", "hi"),
        ("This is the theme", "en"),
    ],
)
def test_what_is_written_so(text: str, locale: str) -> None:
    assert found(text, locale) == []


def test_a_known_placeholder_has_its_own_spaces() -> None:
    known = "{{ name |  default : 'you' }}"
    assert found(f"Hi {known}, tea", placeholders=known) == []
    assert found(f"Hi {known} , tea", placeholders="") != []
