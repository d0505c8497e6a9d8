"""How many times as much."""

# ruff: noqa: RUF001 - the letters of other scripts are meant

from __future__ import annotations

import pytest

from deployments.types import Item
from tests.unit.serve_app.policy.judge import findings


def blocked(locale: str, item: str, body: str) -> set[str]:
    found = findings(body=body, item=Item(title=item, locale=locale))
    return {f.rule for f in found if f.severity.rejects}


@pytest.mark.parametrize(
    ("locale", "item", "body"),
    [
        ("pt", "O número passou de 41 para 83 casais", "Chegou ao triplo de casais"),
        ("es", "Pasó de 41 a 83 parejas", "Se triplicó el número"),
        ("en", "Pairs rose from 41 to 83", "The pairs tripled"),
        ("ru", "Число выросло с 41 до 83", "Птиц стало втрое больше"),
        ("ar", "ارتفع العدد من 41 إلى 83", "ثلاثة أضعاف الأزواج"),
        ("hi", "जोड़े 41 से 83 हुए", "जोड़े तीन गुना हुए"),
        ("ja", "41組から83組に増えた", "つがいは三倍に"),
        ("zh", "从41对增至83对", "数量达三倍"),
    ],
)
def test_another_multiple(locale: str, item: str, body: str) -> None:
    assert "grounding.number" in blocked(locale, item, body)


@pytest.mark.parametrize(
    ("locale", "item", "body"),
    [
        ("pt", "O número passou de 41 para 83 casais", "Chegou ao dobro de casais"),
        ("en", "Pairs rose from 41 to 83", "The pairs doubled"),
        ("ja", "41組から83組に増えた", "つがいは二倍に"),
        ("zh", "从41对增至83对", "数量翻倍"),
        ("en", "Open from 9 to 5", "Coffee demand tripled"),
        ("es", "De 8 a 10, el doble de café", "Llévate el doble de café"),
        ("ja", "1組から100組に増えた", "つがいは100倍に"),
    ],
)
def test_no_another_multiple(locale: str, item: str, body: str) -> None:
    assert "grounding.number" not in blocked(locale, item, body)
