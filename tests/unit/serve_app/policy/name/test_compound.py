"""Places named after another one."""

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
        ("es", "Feria en León, Guanajuato, un nuevo invitado", "El calzado se luce en Nuevo León"),
        ("en", "A fair in York", "A fair in New York"),
        ("pt", "Feira em Mato Grosso", "Feira em Mato Grosso do Sul"),
        ("ru", "Ярмарка в Орлеане", "Ярмарка. Новый Орлеан ждёт"),
    ],
)
def test_a_place_named_after_another_is_none_of_the_item(locale: str, item: str, body: str) -> None:
    assert "grounding.name" in blocked(locale, item, body)


@pytest.mark.parametrize(
    ("locale", "item", "body"),
    [
        ("es", "Feria en Nuevo León", "El calzado se luce en Nuevo León"),
        ("es", "A fair in New York", "Una feria en Nueva York"),
        ("ru", "Ярмарка в Нижнем Новгороде", "Нижний Новгород ждёт"),
    ],
)
def test_no_place_named_after_the_item_s(locale: str, item: str, body: str) -> None:
    assert "grounding.name" not in blocked(locale, item, body)
