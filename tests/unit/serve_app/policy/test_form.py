# ruff: noqa: RUF001 - the marks and letters of other scripts are meant
"""The rules that look at the copy alone: length, empty, finished, repetition, shouting, markup."""

from __future__ import annotations

import pytest

from deployments.counting import measure
from deployments.types import CountingUnit, LengthProfile, OutputField, Severity
from tests.unit.serve_app.policy.judge import ITEM, codes, findings

FAMILY = "👨‍👩‍👧‍👦"


@pytest.mark.parametrize(
    ("text", "graphemes", "width", "utf8"),
    [
        ("café", 4, 4, 5),
        ("cafe\u0301", 4, 4, 6),
        (FAMILY, 1, 2, 25),
        ("咖啡", 2, 4, 6),
        ("ＯＫ", 2, 4, 6),
        ("", 0, 0, 0),
        ("plain, 10!", 10, 10, 10),
        ("a\r\nb\rc", 5, 5, 6),
    ],
)
def test_three_ways_to_count(text: str, graphemes: int, width: int, utf8: int) -> None:
    counted = [measure(text, u) for u in (CountingUnit.GRAPHEMES, CountingUnit.WIDTH, CountingUnit.UTF8_BYTES)]
    assert counted == [graphemes, width, utf8]


@pytest.mark.parametrize(
    ("unit", "title", "long"),
    [
        (CountingUnit.GRAPHEMES, "咖啡咖" + "啡香浓郁诱", False),
        (CountingUnit.WIDTH, "咖啡咖啡咖啡", True),
        (CountingUnit.UTF8_BYTES, "咖啡咖啡", True),
        (CountingUnit.GRAPHEMES, "123456789", True),
    ],
)
def test_length_is_held_in_the_profiles_own_unit(unit: CountingUnit, title: str, long: bool) -> None:
    profile = LengthProfile(length_profile="t", max_title=8, max_body=8, counting_unit=unit)
    assert ("TOO_LONG" in codes(title, profile=profile)) is long


@pytest.mark.parametrize("text", ["   ", "...", "!!", "🎉", "—"])
def test_a_field_without_words_is_empty(text: str) -> None:
    assert "EMPTY_FIELD" in codes(text, "Come and smell the espresso.", output_fields=tuple(OutputField))


def test_only_the_fields_asked_for_must_be_there() -> None:
    assert "EMPTY_FIELD" in codes("Morning coffee", "", output_fields=tuple(OutputField))
    assert codes("Morning coffee", "", output_fields=(OutputField.TITLE,)) == set()


@pytest.mark.parametrize("text", ["title", "Title.", "[body]", "Headline", "N/A", "null", "Your title here"])
def test_a_placeholder_is_no_copy(text: str) -> None:
    assert "PLACEHOLDER_TEXT" in codes(text)


def test_a_placeholder_word_may_be_the_items_own_title() -> None:
    assert codes("Headline", item=ITEM.model_copy(update={"title": "Headline"})) == set()


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
    assert codes(text) & {"CUT_OFF", "UNCLOSED"}


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
    ],
)
def test_text_that_only_looks_cut_passes(text: str) -> None:
    assert codes(text) == set()


def test_text_that_fills_its_limit_without_a_stop_is_for_review() -> None:
    profile = LengthProfile(length_profile="t", max_title=20, max_body=90)
    (finding,) = findings("The barista pours es", profile=profile)
    assert (finding.code, finding.severity) == ("CUT_OFF", Severity.REVIEW)
    assert codes("The barista pours !!", profile=profile) == set()
    assert codes("The barista pours", profile=profile) == set()


def test_other_languages_dangle_by_their_own_words() -> None:
    german = ITEM.model_copy(update={"locale": "de-DE"})
    assert "CUT_OFF" in codes("Kaffee und", item=german)
    assert codes("Kaffee und Kuchen", item=german) == set()


def test_a_sentence_without_end_is_for_review() -> None:
    (finding,) = findings(body="coffee " + " ".join(f"{a}{b}" for a in "abcdef" for b in "stuvwx") + ".")
    assert (finding.code, finding.severity.name) == ("RUN_ON", "REVIEW")


@pytest.mark.parametrize(
    "text",
    [
        "coffee coffee coffee coffee coffee",
        "I love coffee. I love coffee. I love coffee.",
        "hahahaaaaaaaaaaa it is coffee",
        "the best the coffee the best the coffee the best the coffee",
        "coffee, coffee, coffee, coffee!",
    ],
)
def test_a_looping_model_is_caught(text: str) -> None:
    assert "LOOPING" in codes(body=text)


@pytest.mark.parametrize(
    "text", ["Sooo good!", "No, no, no!", "Coffee today, coffee tomorrow", "Bean to cup, cup to you"]
)
def test_rhetoric_is_no_loop(text: str) -> None:
    assert codes(text) == set()


def test_a_body_that_repeats_the_title_is_caught() -> None:
    assert "TITLE_REPEATED" in codes("Morning coffee for you", "Morning coffee, for you!")
    assert codes("Morning coffee", "Morning coffee tastes best at the counter.") == set()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("COFFEE IS READY NOW", "ALL_CAPS"),
        ("КОФЕ ГОТОВ ПРЯМО СЕЙЧАС", "ALL_CAPS"),
        ("Coffee!!!", "MARKS_RUN"),
        ("Really?!?", "MARKS_RUN"),
        ("Coffee ☕🔥🎉🥐", "TOO_MANY_EMOJI"),
        ("Coffee $$$", "SYMBOL_RUN"),
        ("★★★ coffee", "SYMBOL_RUN"),
    ],
)
def test_shouting(text: str, code: str) -> None:
    assert code in codes(text)


@pytest.mark.parametrize(
    "text", ["NASA and ESA meet over coffee", "Coffee!", "Wait, what?!", "OK GO", f"Coffee for {FAMILY} ☕"]
)
def test_a_raised_voice_is_no_shouting(text: str) -> None:
    assert codes(text) == set()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Hi {{ first_name }}, coffee?", "UNRENDERED_PLACEHOLDER"),
        ("Hi {name}, coffee?", "UNRENDERED_PLACEHOLDER"),
        ("Coffee at ${price}", "UNRENDERED_PLACEHOLDER"),
        ("Coffee by [Your Name]", "UNRENDERED_PLACEHOLDER"),
        ("Coffee by <BRAND NAME>", "UNRENDERED_PLACEHOLDER"),
        ("Hello %s, coffee?", "UNRENDERED_PLACEHOLDER"),
        ("<b>Coffee</b>", "MARKUP"),
        ("Coffee &amp; cake", "MARKUP"),
        ("**Coffee** is ready", "MARKUP"),
        ("# Coffee", "MARKUP"),
        ("- Coffee", "MARKUP"),
        ("`coffee`", "MARKUP"),
        ("[Coffee](here)", "MARKUP"),
        ('{"title": "Coffee"}', "MARKUP"),
        ('Coffee", "body": "Come', "MARKUP"),
        (r"Coffee\nCake", "MARKUP"),
        ("Title: Coffee", "PROMPT_LEAK"),
        ("Coffee. Category: CURIOSITY", "PROMPT_LEAK"),
        ("A BENEFIT_HOWTO coffee", "PROMPT_LEAK"),
        ("As an AI language model, I love coffee", "PROMPT_LEAK"),
        ("Sure, here is your coffee", "PROMPT_LEAK"),
        ("Here is a push notification about coffee", "PROMPT_LEAK"),
        ("<|im_end|>", "PROMPT_LEAK"),
        ("Cof\u200bfee", "INVISIBLE_CHARACTER"),
        ("\u202eeeffoC", "INVISIBLE_CHARACTER"),
    ],
)
def test_leftovers_are_caught(text: str, code: str) -> None:
    assert code in codes(text)


@pytest.mark.parametrize(
    "text",
    [
        "Coffee & cake",
        "Bean-to-cup - slowly",
        "Coffee > tea",
        "The best title in coffee",
        "f*** the queue",
        "#coffee time",
        "Rock 'n' roast",
        "Half price? Sure!",
    ],
)
def test_plain_text_is_no_markup(text: str) -> None:
    assert codes(text) == set()
