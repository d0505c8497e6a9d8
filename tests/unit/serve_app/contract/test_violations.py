"""Errors of validation in a caller's words, with the paths of the proto."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from deployments.errors import MAX_VIOLATIONS
from deployments.types import Copy, Item
from serve_app.contract.messages import GenerateNotificationRequest, RouteItemRequest, ScoreCopiesRequest
from serve_app.contract.violations import must_be, quote, unknown_field, violations


def of(model: type[BaseModel], fields: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(fields)
    return dict(violations(caught.value, model))


@pytest.mark.parametrize(
    ("fields", "path", "words"),
    [
        ({}, "item", "a value is required"),
        ({"item": {"titel": "x"}}, "item.titel", "unknown field; did you mean 'title'?"),
        ({"item": {"metadata": {'a]"b': 5}}}, 'item.metadata["a]\\"b"]', "must be text"),
        ({"item": {"metadata": {"k" * 65: "v"}}}, f'item.metadata["{"k" * 65}"]', "has 65 characters"),
        ({"item": {"images": [{"data": b"x"}, {"data": "%%"}]}}, "item.images[1].data", "is not base64"),
        ({"item": {"title": "\ud83d"}}, "item.title", "must be valid Unicode"),
        ({"item": {}, "options": {"seed": 1.5}}, "options.seed", "must be a whole number, not 1.5"),
        ({"item": {}, "options": {"priority": "LOW"}}, "options.priority", "known: PRIORITY_REALTIME"),
        ({"item": "x"}, "item", "must be an object"),
        ({"item": {"tags": ["a"] * 65}}, "item.tags", "has 65 entries, at most 64"),
    ],
)
def test_a_violation_has_its_path_as_the_proto_writes_it(fields: dict[str, Any], path: str, words: str) -> None:
    ((field, description),) = of(GenerateNotificationRequest, fields).items()
    assert field == path
    assert words in description


def test_a_list_that_cannot_be_counted_has_more_than_its_limit() -> None:
    with pytest.raises(ValidationError) as caught:
        ScoreCopiesRequest(item=Item(), copies=(Copy(title="a") for _ in range(1000)))  # type: ignore[arg-type]
    (violation,) = violations(caught.value, ScoreCopiesRequest)
    assert violation.field == "copies"
    assert violation.description.startswith("has more than 64 entries")


def test_wrong_entries_do_not_make_a_list_too_short() -> None:
    wrong = of(ScoreCopiesRequest, {"item": {}, "copies": [{"title": "\ud83d"}]})
    assert list(wrong) == ["copies[0].title"]
    assert of(ScoreCopiesRequest, {"item": {}, "copies": []}) == {"copies": "needs at least 1 entry"}


def test_no_more_are_described_than_say_that_there_are_more() -> None:
    tags = ["t" * 65] * 64
    with pytest.raises(ValidationError) as caught:
        RouteItemRequest.model_validate({"item": {"tags": tags}})
    assert len(violations(caught.value, RouteItemRequest)) == MAX_VIOLATIONS + 1


@pytest.mark.parametrize(
    ("value", "quoted"),
    [
        (True, "true"),
        (None, "null"),
        ("x" * 200, f"{'x' * 80!r}..."),
        (10**90, "so large a number"),
        ([], "a list"),
        ({}, "an object"),
    ],
    ids=str,
)
def test_quotations_are_short(value: Any, quoted: str) -> None:
    assert quote(value) == quoted


def test_kinds_and_names_are_said_in_words() -> None:
    assert must_be("float", "much") == "must be a number, not 'much'"
    assert must_be("tuple", "much") == "must be a list"
    assert unknown_field("seeed", ["seed", "margin"]) == "unknown field; did you mean 'seed'?"
    assert unknown_field("x", ["seed"]) == "unknown field"
