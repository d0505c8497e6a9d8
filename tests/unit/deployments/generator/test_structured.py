from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from deployments.counting import measure
from deployments.generator.structured import grammar, json_part, limits, parse, schemas
from deployments.types import CountingUnit, LengthProfile, Openings, OutputField

T, B = OutputField.TITLE, OutputField.BODY


def profile(unit: CountingUnit, title: int = 40, body: int = 90) -> LengthProfile:
    return LengthProfile(length_profile="p", max_title=title, max_body=body, counting_unit=unit)


@pytest.fixture(scope="module")
def accepts() -> Callable[[str, str], bool]:
    """Whether the engine's own grammar library accepts a text."""
    from xgrammar.testing import _is_grammar_accept_string

    return _is_grammar_accept_string


def answer(title: str = "Coffee with a leaf", body: str = "A fresh cup, with free refills.") -> str:
    return json.dumps({"title": title, "body": body}, ensure_ascii=False, separators=(",", ":"))


@pytest.mark.parametrize(
    ("unit", "language", "letter", "expected"),
    [
        (CountingUnit.GRAPHEMES, "en", "a", 40),
        (CountingUnit.WIDTH, "en", "a", 40),
        (CountingUnit.WIDTH, "ja", "猫", 20),
        (CountingUnit.GRAPHEMES, "ja", "猫", 40),
        (CountingUnit.UTF8_BYTES, "en", "a", 40),
        (CountingUnit.UTF8_BYTES, "ru", "ж", 20),
        (CountingUnit.UTF8_BYTES, "zh", "猫", 13),
    ],
)
def test_the_longest_text_fits_the_profile(unit: CountingUnit, language: str, letter: str, expected: int) -> None:
    longest = limits(profile(unit), language)[T]
    assert longest == expected
    assert measure(letter * longest, unit) <= 40


Accepts = Callable[[str, str], bool]


def test_the_grammar_holds_both_lengths_and_shuts_markup_out(accepts: Accepts) -> None:
    held = grammar(profile(CountingUnit.WIDTH), (T, B), "en")
    for title in ("Coffee with a leaf", "L'été à São Paulo: 7€?", "x" * 40, "AT&T says 猫"):
        assert accepts(held, answer(title)), title
    bad_titles = ("x" * 41, "Hi", "[cat] sits on a chair", "see http://cats now", " A cat sits", "A cat, then,")
    for title in bad_titles:
        assert not accepts(held, answer(title)), title
    assert accepts(held, answer(body="x" * 90))
    assert not accepts(held, answer(body="x" * 91))
    assert not accepts(held, '{"title":"A cat\nsits on it","body":"A fresh cup, with free refills."}')
    assert not accepts(held, '{"title":"A \\"cat\\" sits","body":"A fresh cup, with free refills."}')
    assert not accepts(held, json.dumps(json.loads(answer()), indent=2))


def test_only_the_fields_asked_for_are_written_title_first(accepts: Accepts) -> None:
    both, one = (grammar(profile(CountingUnit.WIDTH), fields, "en") for fields in ((B, T), (B,)))
    assert accepts(both, answer())
    assert accepts(one, '{"body":"A fresh cup, with free refills."}')
    assert not accepts(one, answer())


def test_a_tiny_profile_gives_a_grammar_that_can_be_met(accepts: Accepts) -> None:
    held = grammar(profile(CountingUnit.GRAPHEMES, title=4, body=8), (T, B), "en")
    assert accepts(held, answer("Cats", "Cats nap"))


LONGEST = {T: 40, B: 90}


def test_an_answer_is_read() -> None:
    read = parse('{"title":"A  cat","body":"It sleeps."}', LONGEST)
    assert read == ("A cat", "It sleeps.", True)


@pytest.mark.parametrize("text", ["", "no json", "[1]", '"text"', "null"])
def test_an_answer_that_is_none_is_not_finished(text: str) -> None:
    assert parse(text, LONGEST) == ("", "", False)


def test_a_cut_answer_shows_how_far_it_got() -> None:
    assert parse('{"title":"A cat","body":"It sle', LONGEST) == ("A cat", "It sle", False)


def test_text_that_fills_its_limit_keeps_its_whole_part() -> None:
    body = "A fresh cup of coffee, with free refills until noon. You can also have it with milk and su"
    assert len(body) == 90
    read = parse(json.dumps({"title": "Coffee", "body": body}), LONGEST)
    assert read == ("Coffee", "A fresh cup of coffee, with free refills until noon.", True)
    title = "A fresh cup of coffee at Corner Roast, s"
    assert (
        parse(json.dumps({"title": title, "body": "It is hot."}), LONGEST).title
        == "A fresh cup of coffee at Corner Roast"
    )


def test_text_that_fills_its_limit_without_a_whole_part_is_not_finished() -> None:
    title = "A White Cup of Coffee with a Leaf-Like F"
    assert parse(json.dumps({"title": title, "body": "It is hot."}), LONGEST) == (title, "It is hot.", False)


def test_text_that_no_grammar_held_is_cut_to_its_limit() -> None:
    body = "A fresh cup of coffee, with free refills until noon. You can also have it with milk and sugar and more."
    read = parse(json.dumps({"title": "Coffee", "body": body}), LONGEST)
    assert read == ("Coffee", "A fresh cup of coffee, with free refills until noon.", True)
    read = parse(json.dumps({"title": "Coffee", "body": "word " * 40}), LONGEST)
    assert (len(read.body), read.finished) == (90, False)


def test_a_space_at_the_limit_is_no_end_of_its_own() -> None:
    body = "word " * 18
    assert len(body) == 90
    assert not parse(json.dumps({"title": "Coffee", "body": body}), LONGEST).finished


def test_a_field_of_null_is_empty() -> None:
    assert parse('{"title": null, "body": "It is hot."}', LONGEST) == ("", "It is hot.", True)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('{"title": "A"}', '{"title": "A"}'),
        ('```json\n{"title": "A"}\n```', '{"title": "A"}'),
        ('<think>{"no": 1}</think> {"title": "A"}', '{"title": "A"}'),
        ('Here: {"title": "A', '{"title": "A'),
        ("no json", "no json"),
    ],
)
def test_the_json_of_an_answer_that_no_grammar_held(text: str, part: str) -> None:
    assert json_part(text) == part


def test_schemas_hold_the_limits_and_the_second_names_none() -> None:
    held, free = schemas(profile(CountingUnit.WIDTH), (T,), "ja")
    assert held["properties"] == {"title": {"type": "string", "minLength": 4, "maxLength": LONGEST[T] // 2}}
    assert free["properties"] == {"title": {"type": "string"}}
    assert held["required"] == free["required"] == ["title"]


def test_a_category_is_held_to_its_openings_and_the_lengths_stay(accepts: Accepts) -> None:
    openings = Openings(title=("How to ", "Learn "), body=("But ",))
    held = grammar(profile(CountingUnit.WIDTH), (T, B), "en", openings)
    body = "But a fresh cup is always free."
    assert accepts(held, answer("How to pour a leaf", body))
    assert accepts(held, answer("Learn latte art", body))
    assert not accepts(held, answer("Coffee with a leaf", body))
    assert not accepts(held, answer("How to pour a leaf", "A fresh cup is always free."))
    assert accepts(held, answer("How to " + "x" * 33, body))
    assert not accepts(held, answer("How to " + "x" * 34, body))
    assert not accepts(held, answer("Learn", body))


def test_openings_are_for_their_language_and_those_of_a_missing_field_go_to_the_first(accepts: Accepts) -> None:
    openings = Openings(title=("How to ",))
    assert accepts(grammar(profile(CountingUnit.WIDTH), (T, B), "fr", openings), answer())
    alone = grammar(profile(CountingUnit.WIDTH), (B,), "en", openings)
    assert accepts(alone, '{"body":"How to pour a leaf into a cup."}')
    assert not accepts(alone, '{"body":"A fresh cup, with free refills."}')
    short = grammar(profile(CountingUnit.WIDTH, title=12), (T, B), "en", Openings(title=("Happening now: ",)))
    assert accepts(short, answer("Coffee now"))  # the opening would leave no room


@pytest.mark.parametrize("words", ["How to", 'Say "', "a\\b ", "1 ", " ", "x" * 41 + " "])
def test_an_opening_that_a_grammar_would_have_to_escape_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match="title"):
        Openings(title=(words,))
