"""The revision of a stage's prompt: a hash of the text rendered for one sample item.

It changes with the words and the layout, not with comments. A stage that composes text without a model has one too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Final

from deployments.types import Image, Item

SAMPLE: Final = Item(
    locale="de",
    title="The title",
    description="A first sentence. And a second one.",
    creator="The creator",
    tags=("one", "two"),
    metadata={"price": "3 EUR", "place": "here"},
    images=(Image(data=b"x", alt_text="A picture's text"),),
)
"""Has every field that a prompt may show."""
SAMPLE_CAPTION: Final = "A caption of the picture."


def prompt_revision(render: Callable[[Item, str], Iterable[str]]) -> str:
    """Return 8 hexadecimal digits. `render` gives every text that the stage makes of an item and its caption."""
    return hashlib.sha256("\0".join(render(SAMPLE, SAMPLE_CAPTION)).encode()).hexdigest()[:8]
