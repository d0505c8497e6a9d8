"""Incumbents as candidates."""

from __future__ import annotations

from deployments.types import MAX_SHORT_TEXT, Incumbent, IncumbentKind, Item, Source
from serve_app.flow.templates import as_candidate

ITEM = Item(title="Fresh bread", creator="Ana", metadata={"city": "Porto"})


def template(title: str, body: str = "") -> Incumbent:
    return Incumbent(id="t", title=title, body=body, kind=IncumbentKind.TEMPLATE)


def test_a_human_copy_keeps_its_braces() -> None:
    candidate = as_candidate(Incumbent(id="i", title="{title} of the day"), ITEM)
    assert (candidate.title, candidate.source) == ("{title} of the day", Source.INCUMBENT)


def test_placeholders_are_filled_from_the_item_and_its_metadata() -> None:
    candidate = as_candidate(template("{title}", "{ creator } in {city}"), ITEM)
    assert (candidate.title, candidate.body) == ("Fresh bread", "Ana in Porto")
    assert (candidate.source, candidate.rejected) == (Source.TEMPLATE, False)


def test_a_placeholder_without_a_value_rejects_the_template() -> None:
    candidate = as_candidate(template("{title} {price}"), ITEM)
    assert candidate.rejected
    assert [(f.code, f.excerpt) for f in candidate.findings] == [("TEMPLATE_FIELD_MISSING", "{price}")]


def test_a_filled_template_that_is_too_long_is_cut_and_rejected() -> None:
    candidate = as_candidate(template("{long}"), ITEM.model_copy(update={"metadata": {"long": "x" * 9999}}))
    assert [f.code for f in candidate.findings] == ["TOO_LONG"]
    assert len(candidate.title) == MAX_SHORT_TEXT
