# ruff: noqa: RUF001 - the letters of other scripts are meant
"""The markup rule."""

from __future__ import annotations

import pytest

from deployments.types import Copy, Item, LengthProfile
from serve_app.policy import PolicyContext, PolicySettings, check
from tests.unit.serve_app.policy.judge import rule_ids


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<b>Coffee</b>", "format.markup"),
        ("Coffee &amp; cake", "format.markup"),
        ("Maria&39;s coffee", "format.markup"),
        ("Maria&#x27;s coffee", "format.markup"),
        ("Maria&rsquos coffee", "format.markup"),
        ("Caf&eacute", "format.markup"),
        ("Maria#039;s coffee", "format.markup"),
        ("**Coffee** is ready", "format.markup"),
        ("# Coffee", "format.markup"),
        ("- Coffee", "format.markup"),
        ("`coffee`", "format.markup"),
        ("[Coffee](here)", "format.markup"),
        ('{"title": "Coffee"}', "format.markup"),
        ('Coffee", "body": "Come', "format.markup"),
        (r"Coffee\nCake", "format.markup"),
        ("Coffee :fire: now", "format.markup"),
        ("[b]Coffee[/b]", "format.markup"),
        ("Caf%C3%A9 now", "format.markup"),
        ("Coffee%20now", "format.markup"),
        ("Coffee'}", "format.markup"),
        ("_Coffee_ now", "format.markup"),
        ("CafÃ© now", "format.encoding"),
        ("Mariaâ€™s coffee", "format.encoding"),
        ("ÐšÐ¾Ñ„Ðµ", "format.encoding"),
        ("Caf\ufffd", "format.encoding"),
        ("Caf?s now", "format.encoding"),
        ("Title: Coffee", "format.leftover"),
        ("Coffee. Category: CURIOSITY", "format.leftover"),
        ("A BENEFIT_HOWTO coffee", "format.leftover"),
        ("As an AI language model, I love coffee", "format.leftover"),
        ("Sure, here is your coffee", "format.leftover"),
        ("Here is a push notification about coffee", "format.leftover"),
        ("<|im_end|>", "format.leftover"),
        ("Cof\u200bfee", "format.invisible"),
        ("\u202eeeffoC", "format.invisible"),
        ("Cof\u200cfee", "format.invisible"),
        ("Coffee\ufe0f", "format.invisible"),
        ("Coffee\U000e0061", "format.invisible"),
        ("Cof\u3164fee", "format.invisible"),
    ],
)
def test_leftovers_are_caught(text: str, code: str) -> None:
    assert code in rule_ids(text)


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
        "Sold out? Sure!",
        "Coffee & tea; AT&T",
        "At 12:30: coffee",
        "AMANHÃ É CAFÉ",
        "(´▽`) coffee",
        "M&Ms; Skittles",
        "Coffee™\ufe0f ❤\ufe0f #\ufe0f\u20e3",
        "Coffee 👩\u200d🍳",
    ],
)
def test_plain_text_is_no_markup(text: str) -> None:
    assert rule_ids(text, caption="Open at 12:30") == set()


@pytest.mark.parametrize("text", ["100% coffee, 50%off", "“O café…”", "“Caffè”… “fiancé’”"])
def test_marks_after_a_letter_are_no_other_encoding(text: str) -> None:
    profile = LengthProfile(length_profile="long", max_title=200, max_body=500)
    context = PolicyContext.of(item=Item(title="Coffee"), caption="", profile=profile)
    assert check(Copy(title=text), context, PolicySettings(), only=("markup",)) == ()


@pytest.mark.parametrize(
    ("item", "copy", "rule_ids"),
    [
        ("Learn vector<int>", "Learn vector<int>", []),
        ("Learn vector&lt;int&gt; first", "Learn vector<int>", []),
        ("if a<b and c>d", "if a<b and c>d", []),
        ("How print() works", "Learn print()", []),
        ("Candy: M&Ms; Skittles; Mars", "M&Ms; Skittles", []),
        ("Learn <b>vector</b>", "Learn <b>vector</b>", ["format.markup"]),
        ("Learn vector<int>", "Learn vector<int><b>", ["format.markup"]),
        ("Learn R&amp;D", "Learn R&amp;D", ["format.markup"]),
        ("Learn **R**", "Learn **R**", ["format.markup"]),
        ("Learn C", "Learn vector<int>", ["format.markup"]),
    ],
)
def test_code_that_the_items_plain_text_has_is_no_markup(item: str, copy: str, rule_ids: list[str]) -> None:
    profile = LengthProfile(length_profile="long", max_title=200, max_body=500)
    context = PolicyContext.of(item=Item(title=item), caption="", profile=profile)
    assert [f.rule for f in check(Copy(title=copy), context, PolicySettings(), only=("markup",))] == rule_ids
