"""The finished rule: text neither stops in mid-sentence nor runs on."""

from __future__ import annotations

import pytest

from deployments.types import Copy, LengthProfile, Severity
from serve_app.policy import PolicySettings, check
from tests.unit.serve_app.policy.judge import ITEM, context, findings, rule_ids


@pytest.mark.parametrize(
    "text",
    [
        "Coffee is ready and",
        "Coffee, pastries,",
        "The barista pours the",
        "What happened next —",
        "Our espresso is better than",
        "Come in (we are",
    ],
)
def test_text_that_stops_in_the_middle_is_cut_off(text: str) -> None:
    assert rule_ids(text) & {"format.unfinished", "format.unclosed"}


@pytest.mark.parametrize(
    "text",
    [
        "What she is looking for",
        "Coffee and cake",
        "You will never guess...",
        "Vitamin A",
        "It's a wrap :(",
        "The café that everybody talks about",
        'Behind "Calle Mayor", a barista smiles',
        "The barista's guests' coffee",
        "Now on Disney+",
        'A 12" cup',
        "A barista to talk to",
    ],
)
def test_text_that_only_looks_cut_passes(text: str) -> None:
    assert rule_ids(text, caption="Disney+") == set()


def test_text_that_fills_its_limit_is_no_sign_of_a_cut() -> None:
    profile = LengthProfile(length_profile="t", max_title=20, max_body=90)
    assert rule_ids("The barista pours it", profile=profile) == set()


@pytest.mark.parametrize(
    ("locale", "body", "severity"),
    [
        ("en", "We bake. On Saturdays the barista mends kettles with", Severity.REWRITE),
        ("en", "We bake. On Saturdays the bari", Severity.REWRITE),
        ("ru", "Мы печём, потому что", Severity.REWRITE),
        ("hi", "हम रोटी बनाते हैं क्योंकि", Severity.REWRITE),
        ("hi", "यह कहानी एक गाँव की", Severity.REVIEW),
        ("zh", "我们烤面包,而且", Severity.REWRITE),
        ("zh", "一年比一年暖和", None),
        ("ja", "毎朝パンを", Severity.REWRITE),
        ("ja", "パンと、そして", Severity.REWRITE),
        ("ja", "毎朝パンを。", None),
        ("ar", "نخبز الخبز في", Severity.REWRITE),
        ("pt", "Fazemos pão com", Severity.REWRITE),
        ("es", "El pan de la vida", None),
        ("es", "¿Vienes", Severity.REVIEW),
        ("es", "Vienes?", Severity.REVIEW),
        ("he", 'דו"ח חדש על המזון', None),
        ("de", "»Zurück zum Brot« heute Abend", None),
        ("ru", "Книга «Мы", Severity.BLOCK),
        ("ja", "本』を読む", Severity.BLOCK),
        ("en", "I like tea :)", None),
    ],
)
def test_ends_of_other_languages(locale: str, body: str, severity: Severity | None) -> None:
    item = ITEM.model_copy(update={"locale": locale, "description": "On Saturdays the barista bakes."})
    copy = Copy(title="x", body=body)
    found = check(copy, context(item=item), PolicySettings(), only=("finished",))
    assert [f.severity for f in found] == ([severity] if severity else [])


def test_other_languages_dangle_by_their_own_words() -> None:
    german = ITEM.model_copy(update={"locale": "de-DE"})
    assert "format.unfinished" in rule_ids("Kaffee und", item=german)
    assert rule_ids("Kaffee und Kuchen", item=german) == set()


def test_a_sentence_without_end_is_for_review() -> None:
    (finding,) = findings(body="coffee " + " ".join(f"{a}{b}" for a in "abcdef" for b in "stuvwx") + ".")
    assert (finding.rule, finding.severity.name) == ("format.run_on", "REVIEW")


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "The goalkeeper says he owes it all to his"),
        ("es", "Una obra cuyos"),
        ("pt", "O prêmio vai para nossos"),
        ("ru", "Всё это случилось благодаря"),
        ("ar", "وصل الفريق إلى النهائي عبر"),
        ("hi", "यह खिलाड़ी और उसके"),
    ],
)
def test_a_body_does_not_end_with_what_belongs_to_a_noun(locale: str, text: str) -> None:
    found = findings(body=text, item=ITEM.model_copy(update={"locale": locale}))
    assert [f for f in found if f.rule == "format.unfinished" and f.severity.rejects]


@pytest.mark.parametrize("text", ["The first cup is his", "She is a friend of his", "They made it for her"])
def test_a_possessive_may_stand_alone(text: str) -> None:
    assert "format.unfinished" not in rule_ids(body=text)
