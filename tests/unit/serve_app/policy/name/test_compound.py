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
        ("en", "A new jersey for the team", "The team lands in New Jersey"),
        ("en", "A new jersey for the team", "The team flies to New Jersey tonight"),
        ("es", "Festival en León", "Gran festival en Nuevo León"),
        ("es", "Un león en el zoo", "El zoo viaja a Nuevo León"),
        ("es", "El zoo presenta un nuevo león", "El zoo abre en Nuevo León"),
        ("en", "A blue jersey is back", "Made by hand in New Jersey"),
        ("pt", "Uma lima nova na oficina", "A oficina abre em Nova Lima"),
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
        ("en", "The club shows its new home jersey", "New Jersey Drops Friday for Every Fan"),
        ("en", "A new jersey for the team", "New Jersey Day: Get Yours"),
        ("en", "The zoo in New Jersey", "New Jersey has a new giraffe"),
        ("es", "El zoo presenta un nuevo león", "Nuevo león en el zoo"),
        ("es", "Feria en Nuevo León", "Todo listo en Nuevo León"),
        ("en", "Flights to New York and York", "A weekend in York"),
        ("en", "Rain in NEW JERSEY", "Rain again in New Jersey"),
        ("en", "A blue jersey is back", "New Jersey. Same blue."),
        ("pt", "Festa em Nova Lima", "A festa de Nova Lima"),
        ("en", "Virginia Woods of West Virginia bakes", "Virginia bakes again"),
    ],
)
def test_no_place_named_after_the_item_s(locale: str, item: str, body: str) -> None:
    assert "grounding.name" not in blocked(locale, item, body)


@pytest.mark.parametrize(
    ("locale", "item", "body"),
    [
        ("en", "A bakery in New Mexico", "The bakery opens in Mexico"),
        ("en", "A bakery in West Virginia", "The bakery opens in Virginia"),
        ("en", "A choir from New Hampshire", "A choir from Hampshire sings"),
    ],
)
def test_the_older_place_is_reviewed(locale: str, item: str, body: str) -> None:
    found = findings(body=body, item=Item(title=item, locale=locale))
    assert [f.severity.name for f in found if f.rule == "grounding.name"] == ["REVIEW"]
