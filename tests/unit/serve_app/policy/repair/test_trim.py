"""Shortened copies: at the end of a sentence or a clause, and never where the rest is needed."""

# ruff: noqa: RUF001 - the marks of other scripts are meant

from __future__ import annotations

import pytest

from serve_app.policy.repair.trim import trim


def cut(text: str, most: int, language: str = "en", *, sentences_only: bool = False) -> str:
    return trim(text, lambda shorter: len(shorter) <= most, language, sentences_only=sentences_only)


@pytest.mark.parametrize(
    ("language", "text", "left"),
    [
        ("en", "The bakery opens at seven. Fresh bread is on the shelf.", "The bakery opens at seven."),
        ("en", "Dr. Lee bakes at 3.5 kilos an hour. Then she rests a bit.", "Dr. Lee bakes at 3.5 kilos an hour."),
        ("en", 'She said "Bake it. Now." Everybody ran to the ovens then.', 'She said "Bake it. Now."'),
        ("en", "The bakery opens early, and the bread is on the shelf.", "The bakery opens early."),
        ("es", "La panadería abre a las siete. El pan ya está en el estante.", "La panadería abre a las siete."),
        ("pt", "A padaria abre às sete horas, e o pão já está na prateleira.", "A padaria abre às sete horas."),
        ("ru", "Пекарня открывается в семь. Свежий хлеб уже на полке.", "Пекарня открывается в семь."),
        ("ar", "يفتح المخبز في السابعة صباحا، والخبز على الرف الآن", "يفتح المخبز في السابعة صباحا"),
        ("hi", "बेकरी सुबह सात बजे खुलती है। ताज़ी रोटी अब रखी है।", "बेकरी सुबह सात बजे खुलती है।"),
        ("ja", "パン屋は朝七時に開きます。焼きたてが並んでいます。", "パン屋は朝七時に開きます。"),
        ("zh", "面包店早上七点开门，新鲜的面包已经在架子上了", "面包店早上七点开门"),
    ],
)
def test_the_longest_beginning_that_can_stand_alone_is_left(language: str, text: str, left: str) -> None:
    assert cut(text, len(text) - 1, language) == left


@pytest.mark.parametrize(
    "text",
    [
        "Bread for free, but only until the end of the week",  # a condition
        "Bread for all of us, except on Sundays and holidays",
        "The new mayor takes bribes, a neighbour said today",  # whose word it is
        "If you come to the shop, you will get fresh bread",  # the main clause is the rest
        "Do you like fresh bread, or is it the cake you want?",
        "Bread, rolls, cake, buns, pies and coffee for you",  # one word is no copy
        "The price is 1,000,000 dollars for the whole bakery",
        "Hello {{ name, with a comma }} and welcome back here",
        'They call it "the best bread, the best cake" in town',
        "Bread (white, brown or dark) is on the shelf for you",
        "Everybody in the whole town likes the fresh bread",
        "Oh no. The bread that we have baked for all is gone!",  # too little is left
        "The price of it is approx. Two dollars or so for one",
    ],
)
def test_nothing_is_cut_where_the_rest_is_needed(text: str) -> None:
    assert cut(text, len(text) - 1) == text


def test_what_breaks_off_ends_with_a_sentence() -> None:
    assert (
        cut("The bread is fresh, and it is on the", 30, sentences_only=True) == "The bread is fresh, and it is on the"
    )
    assert cut("The bread is fresh. It is on the", 30, sentences_only=True) == "The bread is fresh."


def test_a_cut_leaves_whole_characters() -> None:
    text = "What a day at the bakery!\ufe0f Bread and cake for everybody here"
    assert cut(text, 40) == "What a day at the bakery!\ufe0f"
