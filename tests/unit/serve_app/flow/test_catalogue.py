"""The categories that a request is checked against: the router's, asked anew for a new name, else those at hand."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from deployments.deadline import Deadline
from deployments.errors import StageFailed, StageUnavailable
from deployments.router.catalogue import Category
from serve_app.flow.catalogue import KnownCategories
from tests.graph.stages import CATALOGUE

OLD, NEW, AT_HAND = CATALOGUE[:2], CATALOGUE[:3], CATALOGUE[3:]


class Router:
    """Publishes OLD until it is asked anew."""

    def __init__(self, error: Exception | None = None, *, hangs: bool = False) -> None:
        self.error = error
        self.hangs = hangs
        self.asked_anew = 0

    async def __call__(self) -> Sequence[Category]:
        if self.hangs:
            await asyncio.Event().wait()
        if self.error is not None:
            raise self.error
        return OLD

    async def anew(self) -> Sequence[Category]:
        self.asked_anew += 1
        return NEW


async def test_a_new_category_is_known_to_an_ingress_that_has_not_asked_for_a_while() -> None:
    router = Router()
    known = KnownCategories(router, AT_HAND)
    assert await known((OLD[0].category,), Deadline.after(5)) == OLD
    assert router.asked_anew == 0
    assert await known((NEW[2].category,), Deadline.after(5)) == NEW
    assert await known(("NOBODYS",), Deadline.after(5)) == NEW


@pytest.mark.parametrize("error", [StageUnavailable("x"), StageFailed("x")])
async def test_without_the_router_the_catalogue_at_hand_is_known(error: Exception) -> None:
    assert await KnownCategories(Router(error), AT_HAND)((), Deadline.after(5)) == AT_HAND


async def test_a_router_that_hangs_costs_a_share_of_the_time() -> None:
    deadline = Deadline.after(0.4)
    assert await KnownCategories(Router(hangs=True), AT_HAND)((), deadline) == AT_HAND
    assert deadline.remaining_s() > 0.1


async def test_spent_time_leaves_the_refusal_to_what_follows() -> None:
    assert await KnownCategories(Router(), AT_HAND)((), Deadline.after(-1)) == AT_HAND
