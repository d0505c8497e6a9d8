from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.counting import measure
from deployments.generator.structured import grammar, json_part, limits, overflows, parse, schema
from deployments.types import CountingUnit, LengthProfile, OutputField

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


def test_the_grammar_shuts_markup_out_and_ends_no_text_by_force(accepts: Accepts) -> None:
    text_grammar = grammar((T, B), "en")
    for title in ("Coffee with a leaf", "L'été à São Paulo: 7€?", "x" * 400, "AT&T says 猫"):
        assert accepts(text_grammar, answer(title)), title
    for title in ("Hi", "[cat] sits on a chair", "see http://cats now", " A cat sits", "A cat, then,"):
        assert not accepts(text_grammar, answer(title)), title
    assert not accepts(text_grammar, '{"title":"A cat\nsits on it","body":"A fresh cup, with free refills."}')
    assert not accepts(text_grammar, '{"title":"A \\"cat\\" sits","body":"A fresh cup, with free refills."}')
    assert not accepts(text_grammar, json.dumps(json.loads(answer()), indent=2))


def test_only_the_fields_asked_for_are_written_title_first(accepts: Accepts) -> None:
    both, one = (grammar(fields, "en") for fields in ((B, T), (B,)))
    assert accepts(both, answer())
    assert accepts(one, '{"body":"A fresh cup, with free refills."}')
    assert not accepts(one, answer())


LONGEST = {T: 40, B: 90}


def test_an_answer_is_read() -> None:
    read = parse('{"title":"A  cat","body":"It sleeps."}', LONGEST)
    assert read == ("A cat", "It sleeps.", True)


@pytest.mark.parametrize("text", ["", "no json", "[1]", '"text"', "null"])
def test_an_answer_that_is_none_is_not_finished(text: str) -> None:
    assert parse(text, LONGEST) == ("", "", False)


def test_a_cut_answer_shows_how_far_it_got() -> None:
    assert parse('{"title":"A cat","body":"It sle', LONGEST) == ("A cat", "It sle", False)


def test_text_longer_than_its_limit_is_not_finished_and_not_cut() -> None:
    fits, long = "A" * 40, "A fresh cup of coffee at Corner Roast, s"
    assert parse(json.dumps({"title": fits, "body": "It is hot."}), LONGEST).finished
    assert parse(json.dumps({"title": f"{long}o", "body": "It is hot."}), LONGEST) == (f"{long}o", "It is hot.", False)


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


def test_a_schema_is_strict_and_names_no_length() -> None:
    assert schema((B, T)) == {
        "type": "object",
        "properties": {"title": {"type": "string"}, "body": {"type": "string"}},
        "required": ["title", "body"],
        "additionalProperties": False,
    }
    assert schema((T,))["required"] == ["title"]


@pytest.mark.parametrize(
    ("text", "over"),
    [
        ("", False),
        ('{"title":"Ten letter', False),
        ('{"title":"Ten letters', True),
        ('{"title":"Ten  let  r ', False),  # blanks are joined, as in what is sent
        ('{"title":"Ten","body":"Twenty letters it is', False),
        ('{"title":"Ten","body":"Twenty letters it is.', True),
        ('```json\n{"title": "Ten letters', True),
    ],
)
def test_an_answer_that_grows_too_long_is_seen_before_its_end(text: str, *, over: bool) -> None:
    assert overflows(text, {T: 10, B: 20}) is over


@given(st.text(max_size=30), st.text(max_size=60), st.integers(0, 120))
def test_what_is_stopped_early_would_not_have_been_whole(title: str, body: str, end: int) -> None:
    longest, text = {T: 10, B: 20}, answer(title, body)
    if overflows(text[:end], longest):
        assert not parse(text, longest).finished
