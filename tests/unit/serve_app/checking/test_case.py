"""What testers send as a case: lenient with an item's keys and kinds of values, strict with what looks misspelt."""

from __future__ import annotations

from typing import Any

import pytest

from deployments.errors import InvalidInput
from deployments.types import LengthProfile, OutputField
from serve_app.checking.case import CheckCase

PROFILES = {"ios": LengthProfile(length_profile="ios", max_title=50, max_body=160)}


def case(**changes: Any) -> CheckCase:
    line = {"item": {"title": "A quiet garden"}, "copy": {"title": "t", "body": "b"}, "profile": "ios"}
    return CheckCase.of({**line, **changes})


def test_metadata_of_any_kind_and_unknown_keys_of_an_item_become_text() -> None:
    item = {
        "id": 7, "title": "t", "description": None,
        "transcript": "he said so", "ocr": ["SALE", "20 %"], "locale": "pt-BR",
        "metadata": {
            "views": 3, "live": True, "tags": ["a", 1], "shop": {"city": "Lyon", "open": [9, 18]}, "ocr": "kept",
        },
    }  # fmt: skip
    read = case(item=item).item
    assert (read.id, read.description, read.locale) == ("7", "", "pt-BR")
    assert read.metadata == {
        "views": "3", "live": "true", "tags": "a; 1", "shop": "city: Lyon; open: 9; 18", "ocr": "kept",
        "transcript": "he said so",
    }  # fmt: skip


def test_the_words_of_an_item_ground_its_copies() -> None:
    item = {"title": "t", "transcript": "we won 7 cups", "images": ["a.jpg", {"path": "b.jpg", "alt_text": "8 cups"}]}
    text = case(item=item, caption="9 cups").context(PROFILES).evidence.text
    assert all(words in text for words in ("7 cups", "8 cups", "9 cups"))
    assert "5 cups" in case(item={"title": "t", "caption": "5 cups"}).context(PROFILES).evidence.text


def test_copies_may_be_titles_and_of_any_length() -> None:
    read = case(copy="word " * 3000, recent_copies=["last week", {"title": "a", "body": "b", "sent_at": 3}])
    assert (len(read.copy.title), read.output_fields) == (15_000, (OutputField.TITLE,))
    assert [(copy.title, copy.body) for copy in read.recent_copies] == [("last week", ""), ("a", "b")]
    assert case(copy={"title": "t", "body": ""}).output_fields == (OutputField.TITLE, OutputField.BODY)


def test_terms_have_a_severity_or_block() -> None:
    assert case(terms={"cheap": "REVIEW", "free": "block"}).terms == {"cheap": "review", "free": "block"}
    context = case(terms=["cheap"]).context(PROFILES)
    assert context.tenant_terms is not None
    assert list(context.tenant_terms.found_in("so cheap")) == [("cheap", "block", 3, 8)]


def test_the_locale_of_the_line_wins() -> None:
    assert case(item={"title": "t", "locale": "pt"}, locale="es-MX").item.locale == "es-MX"


def test_keys_of_others_are_left_alone() -> None:
    assert case(label="clean", rules=["length.*"], why="w", id="x").copy.title == "t"


def test_a_copy_may_name_its_category() -> None:
    assert case(category="QUESTION").context(PROFILES).category == "QUESTION"


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"item": None}, "item", "required"),
        ({"item": "a garden"}, "item", "an object"),
        ({"item": {"title": ["a"]}}, "item.title", "text"),
        ({"item": {"title": "\ud83c"}}, "item.title", "Unicode"),
        ({"item": {"title": "t", "metadata": "m"}}, "item.metadata", "an object"),
        ({"copy": {}}, "copy", "neither title nor body"),
        ({"copy": {"titel": "a", "body": "b"}}, "copy", "did you mean 'title'"),
        ({"copy": 3}, "copy", "an object"),
        ({"profil": "ios"}, "request", "did you mean 'profile'"),
        ({"recent_copies": [{"title": "a"}, 3]}, "recent_copies[1]", "an object"),
        ({"terms": {"cheap": "BAD"}}, 'terms["cheap"]', "block"),
        ({"terms": 3}, "terms", "an object"),
    ],
)
def test_what_is_wrong_is_named_with_its_field(changes: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        case(**changes)
    (violation,) = refused.value.violations
    assert violation.field == field
    assert words in violation.description


def test_an_unknown_profile_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidInput, match="profile: unknown length profile 'tv'; known: ios"):
        case(profile="tv").context(PROFILES)
