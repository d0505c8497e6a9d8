"""The empty rule: requested fields have words of their own."""

from __future__ import annotations

import pytest

from deployments.types import OutputField
from tests.unit.serve_app.policy.judge import ITEM, rule_ids


@pytest.mark.parametrize("text", ["   ", "...", "!!", "🎉", "—"])
def test_a_field_without_words_is_empty(text: str) -> None:
    assert "format.empty" in rule_ids(text, "Come and smell the espresso.", output_fields=tuple(OutputField))


def test_only_the_fields_asked_for_must_be_there() -> None:
    assert "format.empty" in rule_ids("Morning coffee", "", output_fields=tuple(OutputField))
    assert rule_ids("Morning coffee", "", output_fields=(OutputField.TITLE,)) == set()


@pytest.mark.parametrize("text", ["title", "Title.", "[body]", "Headline", "N/A", "null", "Your title here"])
def test_a_placeholder_is_no_copy(text: str) -> None:
    assert "format.test_text" in rule_ids(text)


def test_a_placeholder_word_may_be_the_items_own_title() -> None:
    assert rule_ids("Headline", item=ITEM.model_copy(update={"title": "Headline"})) == set()
