# ruff: noqa: RUF001 - the marks and letters of other scripts are meant
"""The language rule: script and language are the audience's."""

from __future__ import annotations

import pytest

from deployments.types import Item, Severity
from serve_app.policy import PolicySettings
from tests.unit.serve_app.policy.judge import findings, rule_ids

SENTENCES = {
    "en": "The barista pours a cup of coffee while everybody in the street is still asleep",
    "de": "Der Barista schenkt einen Kaffee ein, während die ganze Straße noch schläft",
    "es": "El barista sirve un café mientras toda la calle sigue durmiendo tranquilamente",
    "fr": "Le barista verse un café pendant que toute la rue dort encore tranquillement",
}


@pytest.mark.parametrize("locale", SENTENCES)
def test_the_audiences_language_passes_and_another_is_for_review(locale: str) -> None:
    item = Item(title="x", locale=locale)
    assert rule_ids(body=SENTENCES[locale], item=item) == set()
    other = "fr" if locale != "fr" else "de"
    (finding,) = findings(body=SENTENCES[other], item=item)
    assert (finding.rule, finding.severity, finding.text) == ("language.match", Severity.REVIEW, other)


@pytest.mark.parametrize("locale", ["de-DE", "es", "fr", "it", "nl", "pt-BR", "pl", "sv", "fi", "tr"])
@pytest.mark.parametrize("text", ["A photographer in the park", "The first light of the morning", SENTENCES["en"]])
def test_english_for_another_audience_is_blocked_though_it_is_short(locale: str, text: str) -> None:
    (finding,) = [f for f in findings(body=text, item=Item(title="x", locale=locale)) if f.rule == "language.match"]
    assert (finding.rule, finding.severity, finding.text) == ("language.match", Severity.BLOCK, "en")


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("es-ES", "La primera luz"),
        ("es-ES", "Un fotógrafo, un trípode y una ciudad dormida."),
        ("es-ES", "El rock de The Beatles en el parque"),
        ("de-DE", "Das Update ist online: Gaming im Browser"),
        ("fr-FR", "Le week-end du football commence"),
        ("nl-NL", "De beste tips voor je weekend"),
        ("sv-SE", "En kopp kaffe i solen"),
        ("pl-PL", "Kawa o poranku w parku"),
    ],
)
def test_short_text_in_the_audiences_language_is_not_taken_for_english(locale: str, text: str) -> None:
    assert "language.match" not in rule_ids(body=text, item=Item(title="x", locale=locale))


def test_an_operator_may_let_english_be() -> None:
    settings = PolicySettings.model_validate({"language": {"english": "off"}})
    item = Item(title="x", locale="es-ES")
    assert "language.match" not in rule_ids(body="A photographer in the park", item=item, settings=settings)


def test_short_text_is_not_identified() -> None:
    assert rule_ids("Café au lait?") == set()


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "Кофе готов"),
        ("en", "咖啡已经准备好了"),
        ("ru", "咖啡已经准备好了"),
        ("ja", "Кофе готов"),
        ("zh-CN", "コーヒーができました"),
    ],
)
def test_another_script_blocks(locale: str, text: str) -> None:
    hits = findings(text, item=Item(title="x", locale=locale))
    assert any(f.rule == "script.wrong" and f.severity is Severity.BLOCK for f in hits)


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("zh-CN", "iPhone 用户的咖啡"),
        ("ja", "コーヒーと猫"),
        ("ru", "Кофе от Starbucks"),
        ("ko", "커피 한 잔"),
        ("sr", "Kafa"),
        ("sr", "Кафа"),
    ],
)
def test_foreign_names_and_own_scripts_pass(locale: str, text: str) -> None:
    assert rule_ids(text, item=Item(title="x", locale=locale)) == set()


def test_a_lookalike_letter_inside_a_word_blocks() -> None:
    assert "script.mixed" in rule_ids("Cоffee is ready")  # the first o is Cyrillic
