from __future__ import annotations

import json
import re

import pytest

from deployments.counting import measure
from deployments.generator.structured import json_schema, limits, parse
from deployments.types import CountingUnit, LengthProfile, OutputField

T, B = OutputField.TITLE, OutputField.BODY


def profile(unit: CountingUnit, title: int = 40, body: int = 90) -> LengthProfile:
    return LengthProfile(length_profile="p", max_title=title, max_body=body, counting_unit=unit)


def patterns(schema: str) -> dict[str, re.Pattern[str]]:
    return {name: re.compile(value["pattern"]) for name, value in json.loads(schema)["properties"].items()}


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


def test_the_schema_holds_both_lengths_and_shuts_markup_out() -> None:
    held = patterns(json_schema(profile(CountingUnit.WIDTH), (T, B), "en"))
    assert held["title"].match("Coffee with a leaf")
    assert held["title"].match("L'été à São Paulo: 7€?")
    assert held["title"].match("x" * 40)
    assert not held["title"].match("x" * 41)
    assert not held["title"].match("Hi")
    assert held["body"].match("A fresh cup, with free refills until noon.")
    assert not held["body"].match("x" * 91)
    for bad in (
        "[cat] sits on a chair",
        "A cat\nsits on a chair",
        'A "cat" sits',
        "see http://cats now",
        " A cat sits",
    ):
        assert not held["title"].match(bad), bad


def test_only_the_fields_asked_for_are_required_title_first() -> None:
    both = json.loads(json_schema(profile(CountingUnit.WIDTH), (B, T), "en"))
    assert both["required"] == ["title", "body"]
    assert json.loads(json_schema(profile(CountingUnit.WIDTH), (B,), "en"))["required"] == ["body"]


def test_a_tiny_profile_gives_a_schema_that_can_be_met() -> None:
    held = patterns(json_schema(profile(CountingUnit.GRAPHEMES, title=4, body=8), (T, B), "en"))
    assert held["title"].match("Cats")
    assert held["body"].match("Cats nap")


LONGEST = {T: 40, B: 90}


def test_an_answer_is_read() -> None:
    answer = parse('{"title":"A  cat","body":"It sleeps."}', LONGEST)
    assert answer == ("A cat", "It sleeps.", True)


@pytest.mark.parametrize("text", ["", "no json", "[1]", '"text"', "null"])
def test_an_answer_that_is_none_is_not_finished(text: str) -> None:
    assert parse(text, LONGEST) == ("", "", False)


def test_a_cut_answer_shows_how_far_it_got() -> None:
    assert parse('{"title":"A cat","body":"It sle', LONGEST) == ("A cat", "It sle", False)


def test_text_that_fills_its_limit_keeps_its_whole_part() -> None:
    body = "A fresh cup of coffee, with free refills until noon. You can also have it with milk and su"
    assert len(body) == 90
    answer = parse(json.dumps({"title": "Coffee", "body": body}), LONGEST)
    assert answer == ("Coffee", "A fresh cup of coffee, with free refills until noon.", True)
    title = "A fresh cup of coffee at Corner Roast, s"
    assert (
        parse(json.dumps({"title": title, "body": "It is hot."}), LONGEST).title
        == "A fresh cup of coffee at Corner Roast"
    )


def test_text_that_fills_its_limit_without_a_whole_part_is_not_finished() -> None:
    title = "A White Cup of Coffee with a Leaf-Like F"
    assert parse(json.dumps({"title": title, "body": "It is hot."}), LONGEST) == (title, "It is hot.", False)
