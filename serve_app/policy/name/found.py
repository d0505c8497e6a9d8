"""What the files of the scripts yield: a name in a copy that the item does not have."""

from __future__ import annotations

from typing import NamedTuple


class Found(NamedTuple):
    """A name and its place. sure: whether it is certainly a name; a mere likely one is for review."""

    text: str
    start: int
    end: int
    sure: bool = True
