"""The text of an item, as a caption of last resort."""

from __future__ import annotations

from deployments.types import Item


def metadata_caption(item: Item) -> str:
    """Compose a caption from the metadata alone, without reading the images."""
    alt_texts = [image.alt_text for image in item.images]
    parts = [item.title, item.description, *alt_texts, ", ".join(item.tags)]
    return ". ".join(p.strip().rstrip(".") for p in parts if p.strip())
