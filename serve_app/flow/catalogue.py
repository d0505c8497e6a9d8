"""The catalogue that requests are checked against: the router's, or the one at hand while the router is away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from deployments.deadline import Deadline
from deployments.errors import PushGenError
from deployments.router.catalogue import Category

# The share of a request's time in which a new answer of the router is waited for.
_SHARE: Final = 0.25


class Published(Protocol):
    """The router's catalogue, kept for a while."""

    async def __call__(self) -> Sequence[Category]: ...

    async def anew(self) -> Sequence[Category]:
        """Return it as the router has it now."""


class KnownCategories:
    """The categories by which a request is checked.

    at_hand: the catalogue of the config, for as long as the router has not answered, or not for a while. Using it is no
    degradation by itself: the router's absence is declared when the item is not routed.
    """

    def __init__(self, published: Published, at_hand: Sequence[Category]) -> None:
        self._published = published
        self.at_hand = at_hand

    async def __call__(self, names: Sequence[str], deadline: Deadline) -> Sequence[Category]:
        """Return the categories. Where they lack one of `names`, the router is asked anew: it may have a new one."""
        try:
            async with Deadline.after(_SHARE * deadline.remaining_s()).limit("asking for the categories"):
                categories = await self._published()
                if not {c.category for c in categories}.issuperset(names):
                    categories = await self._published.anew()
                return categories
        except PushGenError:
            return self.at_hand
