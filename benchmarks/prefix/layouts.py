"""The arms: block sizes, priming, and where the prompt has its category."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from deployments.engines import Message
from deployments.errors import Misconfigured

Layout = Callable[[Sequence[Message], str], list[Message]]
"""From the served messages and the category's words to the messages to send."""


def served(messages: Sequence[Message], style: str) -> list[Message]:  # noqa: ARG001 - every layout is asked the same
    return list(messages)


def category_first(messages: Sequence[Message], style: str) -> list[Message]:
    """The same words, the category's before the item: what shares the facts only within a category."""
    *others, user = messages
    return [*others, replace(user, text=f"{style}\n{_without(user.text, style)}")]


def category_in_system(messages: Sequence[Message], style: str) -> list[Message]:
    """The same words, the category's at the end of the system message."""
    system, *others, user = messages
    return [replace(system, text=f"{system.text}\n{style}"), *others, replace(user, text=_without(user.text, style))]


def _without(text: str, style: str) -> str:
    """Raises Misconfigured when the served prompt has changed so that the layouts would not say the same."""
    if not text.endswith(f"\n{style}"):
        raise Misconfigured("the served prompt does not end with its category: adapt the layouts of this benchmark")
    return text.removesuffix(f"\n{style}")


@dataclass(frozen=True)
class Arm:
    """One way to send an item's prompts. `prime`: one alone for a single token, then all of them."""

    name: str
    block_size: int = 32
    prime: bool = False
    candidates: int = 1
    layout: Layout = served


ARMS: Final = (
    Arm("block_128", block_size=128),
    Arm("block_32"),
    Arm("block_32_primed", prime=True),
)
LAYOUTS: Final = (
    Arm("served", candidates=2),
    Arm("category_first", candidates=2, layout=category_first),
    Arm("category_in_system", candidates=2, layout=category_in_system),
)
