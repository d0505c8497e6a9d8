"""The context of a policy rule: the facts of an item and the requested fields."""

from __future__ import annotations

from deployments.types import Copy, Image, Item, OutputField
from serve_app.policy.context import fields_of
from tests.unit.serve_app.policy.judge import context


def test_facts_hold_all_text_of_the_item_and_the_caption() -> None:
    item = Item(
        title="Coffee", description="Hot", creator="Ana", tags=("bean",), metadata={"price": "4"},
        images=(Image(data=b"x", alt_text="A cup"),),
    )  # fmt: skip
    facts = context(item=item, caption="A bar").evidence.text
    assert all(part in facts for part in ("Coffee", "Hot", "Ana", "bean", "4", "A cup", "A bar"))


def test_fields_are_requested_by_their_name() -> None:
    assert context(output_fields=(OutputField.BODY,)).requested_fields == ("body",)


def test_a_field_without_words_is_skipped() -> None:
    assert list(fields_of(Copy(title=" ", body="Ｏpen"))) == [("body", "Open")]  # noqa: RUF001 - a full-width letter
