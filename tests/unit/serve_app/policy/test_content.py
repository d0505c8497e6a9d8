# ruff: noqa: RUF001 - the marks and letters of other scripts are meant
"""The rules that hold the copy against the item: grounding, duplicate, banned, contact, language."""

from __future__ import annotations

import pytest

from deployments.settings import parse
from deployments.types import Copy, Item, Severity
from serve_app.policy import PolicySettings
from tests.unit.serve_app.policy.judge import ITEM, codes, findings


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("7 reasons for coffee", "UNGROUNDED_NUMBER"),
        ("Open since 1987", "UNGROUNDED_NUMBER"),
        ("Coffee for $3", "UNGROUNDED_NUMBER"),
        ("Coffee for $12", "UNGROUNDED_NUMBER"),  # twelve seats are no price
        ("12% off every coffee", "UNGROUNDED_NUMBER"),
        ("15k guests love it", "UNGROUNDED_NUMBER"),
        ("The #1 coffee in town", "UNGROUNDED_NUMBER"),
        ("５０ coffees", "UNGROUNDED_NUMBER"),
        ("Coffee this Friday", "UNGROUNDED_DATE"),
        ("Opening on May 2", "UNGROUNDED_DATE"),
        ("Coffee all December", "UNGROUNDED_DATE"),
        ("“The best coffee of my life”", "UNGROUNDED_QUOTE"),
        ("Ana says: 'This is my whole life'", "UNGROUNDED_QUOTE"),
        ("„Mein ganzes Leben lang“", "UNGROUNDED_QUOTE"),
    ],
)
def test_what_the_item_does_not_hold_is_ungrounded(text: str, code: str) -> None:
    assert code in codes(text)


@pytest.mark.parametrize(
    "text",
    [
        "12 seats and an espresso",
        "Twelve seats and an espresso",
        "3 baristas, one espresso",
        "1500 guests a month",
        "1.5k guests a month",
        "Espresso for $4.50",
        "Espresso for 4,50 €",
        "20% off your espresso",
        "A Monday in March: coffee at last",  # 2026-03-02 was a Monday
        "Open since 2026",
        "“We roast every bean ourselves”",
        '"we always will," says Ana Ruiz',
        'So-called "coffee" elsewhere',
        "Coffee 24/7",
        "You may march in for coffee",
        "It's Ana's barista's secret",
    ],
)
def test_what_the_item_holds_may_be_said(text: str) -> None:
    assert codes(text) == set()


def test_a_number_word_that_is_not_known_is_for_review_only() -> None:
    assert [f.severity for f in findings("Nine baristas, one espresso")] == [Severity.REVIEW]


def test_the_caption_grounds_too() -> None:
    assert "UNGROUNDED_NUMBER" in codes("5 cups of coffee")
    assert codes("5 cups of coffee", caption="The picture may show 5 cups.") == set()


def test_a_recent_copy_is_not_sent_again() -> None:
    recent = (Copy(title="Coffee is ready", body="Come in and smell the espresso at Calle Mayor"),)
    assert "DUPLICATE_RECENT" in codes(
        "Coffee is READY!", "Come in & smell the espresso at Calle Mayor.", recent_copies=recent
    )
    assert "DUPLICATE_RECENT" in codes("Coffee is ready!", recent_copies=recent)
    assert codes("Ana Ruiz pours slowly", "Espresso, for once without a queue.", recent_copies=recent) == set()


def test_the_same_candidate_twice_is_dropped_and_a_like_one_kept() -> None:
    others = (Copy(title="Coffee is ready"),)
    assert codes("Coffee is ready!", others=others) == {"DUPLICATE_CANDIDATE"}
    assert codes("Coffee is ready for you", others=others) == set()


@pytest.mark.parametrize(
    "text",
    ["Fuck the queue", "ＦＵＣＫ the queue", "f\u200buck the queue", "Kill  yourself for coffee", "MIRACLE cure"],
)
def test_banned_words_block(text: str) -> None:
    assert any(f.code == "BANNED_WORD" and f.severity is Severity.BLOCK for f in findings(text))


@pytest.mark.parametrize(
    "text", ["Scunthorpe loves coffee", "Shiitake and coffee", "A classic espresso", "Bitcoin for beans"]
)
def test_a_banned_word_inside_another_is_none(text: str) -> None:
    assert codes(text) == set()


def test_the_operators_list_replaces_the_default() -> None:
    words = [{"text": "Latte Art", "action": "review"}, {"text": "最佳"}, {"text": "c++"}]
    settings = parse(PolicySettings, {"banned": {"words": words}}, "policy")
    assert [(f.excerpt, f.severity) for f in findings("latte  art", settings=settings)] == [
        ("latte art", Severity.REVIEW)
    ]
    chinese = ITEM.model_copy(update={"locale": "zh-CN"})
    assert "BANNED_WORD" in codes("本店最佳咖啡", settings=settings, item=chinese)
    assert "BANNED_WORD" in codes("Coffee for C++ coders", settings=settings)
    assert codes("Shit, coffee", settings=settings) == set()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("More at https://evil.example/x", "CONTACT_URL"),
        ("More at www.coffee.example", "CONTACT_URL"),
        ("More at coffee-now.com", "CONTACT_URL"),
        ("Write to me@coffee.example", "CONTACT_EMAIL"),
        ("Call +34 911 222 333", "CONTACT_PHONE"),
        ("Call (555) 123-4567 8", "CONTACT_PHONE"),
    ],
)
def test_a_made_up_address_is_caught(text: str, code: str) -> None:
    assert code in codes(text)


def test_the_items_own_address_may_be_used() -> None:
    assert codes("Book at www.cafemayor.example.com") == set()
    assert codes("Call +34 600 123 456") == set()
    assert codes("Coffee is ready.Come in") == set()


GERMAN = Item(title="Kaffee am Morgen", locale="de-DE")
SENTENCES = {
    "en": "The barista pours a cup of coffee while everybody in the street is still asleep",
    "de": "Der Barista schenkt einen Kaffee ein, während die ganze Straße noch schläft",
    "es": "El barista sirve un café mientras toda la calle sigue durmiendo tranquilamente",
    "fr": "Le barista verse un café pendant que toute la rue dort encore tranquillement",
}


@pytest.mark.parametrize("locale", SENTENCES)
def test_the_audiences_language_passes_and_another_is_for_review(locale: str) -> None:
    item = Item(title="x", locale=locale)
    assert codes(body=SENTENCES[locale], item=item) == set()
    other = "fr" if locale != "fr" else "de"
    (finding,) = findings(body=SENTENCES[other], item=item)
    assert (finding.code, finding.severity, finding.excerpt) == ("WRONG_LANGUAGE", Severity.REVIEW, other)


@pytest.mark.parametrize("locale", ["de-DE", "es", "fr", "it", "nl", "pt-BR", "pl", "sv", "fi", "tr"])
@pytest.mark.parametrize("text", ["A photographer in the park", "The first light of the morning", SENTENCES["en"]])
def test_english_for_another_audience_is_blocked_though_it_is_short(locale: str, text: str) -> None:
    (finding,) = [f for f in findings(body=text, item=Item(title="x", locale=locale)) if f.rule == "language"]
    assert (finding.code, finding.severity, finding.excerpt) == ("WRONG_LANGUAGE", Severity.BLOCK, "en")


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
    assert "WRONG_LANGUAGE" not in codes(body=text, item=Item(title="x", locale=locale))


def test_an_operator_may_let_english_be() -> None:
    settings = PolicySettings.model_validate({"language": {"english": "off"}})
    item = Item(title="x", locale="es-ES")
    assert "WRONG_LANGUAGE" not in codes(body="A photographer in the park", item=item, settings=settings)


def test_short_text_is_not_identified() -> None:
    assert codes("Café au lait?") == set()


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
    assert any(f.code == "WRONG_SCRIPT" and f.severity is Severity.BLOCK for f in hits)


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
    assert codes(text, item=Item(title="x", locale=locale)) == set()


def test_a_lookalike_letter_inside_a_word_blocks() -> None:
    assert "MIXED_SCRIPT" in codes("Cоffee is ready")  # the first o is Cyrillic
