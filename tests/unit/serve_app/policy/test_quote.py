"""The quotation rule: what stands in quotation marks stands in the item."""

from __future__ import annotations

import pytest

from tests.unit.serve_app.policy.judge import rule_ids


@pytest.mark.parametrize(
    "text", ["“The best coffee of my life”", "Ana says: 'This is my whole life'", "„Mein ganzes Leben lang“"]
)
def test_words_that_nobody_said(text: str) -> None:
    assert "grounding.quote" in rule_ids(text)


@pytest.mark.parametrize(
    "text",
    ["“We roast every bean ourselves”", '"we always will," says Ana Ruiz', 'So-called "coffee" elsewhere'],
)
def test_words_of_the_item(text: str) -> None:
    assert rule_ids(text) == set()
