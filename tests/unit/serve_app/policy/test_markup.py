"""The markup rule."""

from __future__ import annotations

import pytest

from deployments.types import Copy, Item, LengthProfile
from serve_app.policy import PolicyContext, PolicySettings, check
from tests.unit.serve_app.policy.judge import codes


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<b>Coffee</b>", "MARKUP"),
        ("Coffee &amp; cake", "MARKUP"),
        ("Maria&39;s coffee", "MARKUP"),
        ("Maria&#x27;s coffee", "MARKUP"),
        ("Maria&rsquos coffee", "MARKUP"),
        ("Caf&eacute", "MARKUP"),
        ("Maria#039;s coffee", "MARKUP"),
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
        ("Cof\u200cfee", "INVISIBLE_CHARACTER"),
        ("Coffee\ufe0f", "INVISIBLE_CHARACTER"),
        ("Coffee\U000e0061", "INVISIBLE_CHARACTER"),
        ("Cof\u3164fee", "INVISIBLE_CHARACTER"),
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
        "Coffee & tea; AT&T",
        "M&Ms; Skittles",
        "Coffee™\ufe0f ❤\ufe0f #\ufe0f\u20e3",
        "Coffee 👩\u200d🍳",
    ],
)
def test_plain_text_is_no_markup(text: str) -> None:
    assert codes(text) == set()


@pytest.mark.parametrize(
    ("item", "copy", "codes"),
    [
        ("Learn vector<int>", "Learn vector<int>", []),
        ("Learn vector&lt;int&gt; first", "Learn vector<int>", []),
        ("if a<b and c>d", "if a<b and c>d", []),
        ("How print() works", "Learn print()", []),
        ("Candy: M&Ms; Skittles; Mars", "M&Ms; Skittles", []),
        ("Learn <b>vector</b>", "Learn <b>vector</b>", ["MARKUP"]),
        ("Learn vector<int>", "Learn vector<int><b>", ["MARKUP"]),
        ("Learn R&amp;D", "Learn R&amp;D", ["MARKUP"]),
        ("Learn **R**", "Learn **R**", ["MARKUP"]),
        ("Learn C", "Learn vector<int>", ["MARKUP"]),
    ],
)
def test_code_that_the_items_plain_text_has_is_no_markup(item: str, copy: str, codes: list[str]) -> None:
    profile = LengthProfile(length_profile="long", max_title=200, max_body=500)
    context = PolicyContext.of(item=Item(title=item), caption="", profile=profile)
    assert [f.code for f in check(Copy(title=copy), context, PolicySettings(), only=("markup",))] == codes
