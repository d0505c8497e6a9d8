"""The caption of last resort."""

from __future__ import annotations

from deployments.types import Image, Item
from serve_app.flow.facts import metadata_caption


def test_a_caption_is_composed_of_the_metadata() -> None:
    item = Item(title="Fresh bread.", tags=("bread", "rye"), images=(Image(data=b"x", alt_text="A loaf"),))
    assert metadata_caption(item) == "Fresh bread. A loaf. bread, rye"


def test_an_item_without_text_has_none() -> None:
    assert metadata_caption(Item(title=" ")) == ""
