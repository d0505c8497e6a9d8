"""The router with its real encoder: believable choices, gates, wishes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from deployments.deadline import Call, Deadline
from deployments.errors import DeadlineExceeded, InvalidInput, Misconfigured, StageFailed
from deployments.item_text import router_text
from deployments.kinds import build_router
from deployments.router.router import EmbeddingRouter, explore
from deployments.router.settings import EmbeddingRouterSettings, Exploration, RouterKnobs
from deployments.types import Item, RouteResult
from tests.unit.deployments.router.items import ITEMS

BREAD = Item(title="Fresh bread", description="Baked this morning.")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def loaded() -> AsyncIterator[EmbeddingRouter]:
    router = build_router(EmbeddingRouterSettings())
    await router.start(RouterKnobs())
    yield router
    await router.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def router(loaded: EmbeddingRouter) -> AsyncIterator[EmbeddingRouter]:
    yield loaded
    await loaded.reconfigure(RouterKnobs())


async def route(router: EmbeddingRouter, item: Item, most: int = 4, **categories: tuple[str, ...]) -> RouteResult:
    call = Call(Deadline.after(30), request_id="r")
    return await router.route(item, "", categories.get("requested", ()), categories.get("barred", ()), most, call)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("recipe", {"BENEFIT_HOWTO"}),
        ("cat", {"HUMOUR", "EMOTIONAL"}),
        ("launch", {"URGENT_TREND", "DIRECT"}),
        ("interview", {"QUOTE", "STORY"}),
        ("howto", {"BENEFIT_HOWTO"}),
        ("price", {"URGENT_TREND", "LIST_NUMBER"}),
        ("festival", {"SOCIAL_PROOF_LOCAL"}),
        ("fail", {"HUMOUR"}),
    ],
)
@pytest.mark.asyncio(loop_scope="module")
async def test_the_choice_is_believable(router: EmbeddingRouter, name: str, expected: set[str]) -> None:
    result = await route(router, ITEMS[name])
    assert expected <= {p.category for p in result.plan}
    assert sum(p.weight for p in result.plan) == pytest.approx(1.0)
    weights = [p.weight for p in result.plan]
    assert weights == sorted(weights, reverse=True)


@pytest.mark.asyncio(loop_scope="module")
async def test_gates_close_without_evidence_and_wishes_open_them(router: EmbeddingRouter) -> None:
    gated = {"URGENT_TREND", "QUOTE", "SOCIAL_PROOF_LOCAL", "LIST_NUMBER"}
    assert not gated & {p.category for p in (await route(router, BREAD, most=12)).plan}
    wished = await route(router, BREAD, requested=("QUOTE", "URGENT_TREND"))
    assert {p.category for p in wished.plan} == {"QUOTE", "URGENT_TREND"}
    assert all(p.wanted for p in wished.plan)


@pytest.mark.asyncio(loop_scope="module")
async def test_barred_categories_are_never_used(router: EmbeddingRouter) -> None:
    result = await route(router, ITEMS["recipe"], most=12, barred=("BENEFIT_HOWTO",))
    assert "BENEFIT_HOWTO" not in {p.category for p in result.plan}


@pytest.mark.asyncio(loop_scope="module")
async def test_unknown_and_impossible_wishes_name_their_field(router: EmbeddingRouter) -> None:
    with pytest.raises(InvalidInput) as caught:
        await route(router, BREAD, requested=("DIRECT", "NOPE"))
    assert caught.value.violations[0].field == "categories_wanted[1]"
    with pytest.raises(InvalidInput, match="categories_barred"):
        await route(router, BREAD, requested=("DIRECT",), barred=("DIRECT",))


@pytest.mark.asyncio(loop_scope="module")
async def test_expired_work_is_not_computed(router: EmbeddingRouter) -> None:
    with pytest.raises(DeadlineExceeded):
        await router.route(BREAD, "", (), (), 4, Call(Deadline.after(-1)))


@pytest.mark.asyncio(loop_scope="module")
async def test_a_new_catalogue_goes_live_and_a_wrong_one_does_not(router: EmbeddingRouter) -> None:
    before = router.revision().prompt_revision
    only = {"category": "PLAIN", "definition": "d", "instruction": "i", "cues": ["anything"], "is_default": True}
    await router.reconfigure(RouterKnobs.model_validate({"catalogue": {"kind": "inline", "categories": [only]}}))
    assert [p.category for p in (await route(router, BREAD)).plan] == ["PLAIN"]
    assert router.revision().prompt_revision != before
    with pytest.raises(Misconfigured):
        await router.reconfigure(RouterKnobs.model_validate({"catalogue": {"kind": "file", "path": "gone.yaml"}}))
    assert [p.category for p in (await route(router, BREAD)).plan] == ["PLAIN"]
    with pytest.raises(Misconfigured, match="max_batch_tokens=64"):
        await router.reconfigure(RouterKnobs.model_validate({"batching": {"max_batch_tokens": 64}}))


def test_exploration_swaps_the_last_category_and_can_be_replayed() -> None:
    always, never = Exploration(epsilon=1.0, seed=3), Exploration()
    order = [0, 1, 2, 3, 4, 5]
    assert explore(order, 3, never, "r1") == [0, 1, 2]
    swapped = explore(order, 3, always, "r1")
    assert swapped[:2] == [0, 1]
    assert swapped[2] in {3, 4, 5}
    assert swapped == explore(order, 3, always, "r1")
    assert len({explore(order, 3, always, f"r{i}")[2] for i in range(40)}) == 3


@pytest.mark.asyncio(loop_scope="module")
async def test_an_item_that_breaks_the_encoder_breaks_alone(
    router: EmbeddingRouter, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert router._batcher is not None
    device = router._batcher._device
    whole = device._forward
    poison = router._encoder.pre([router_text(Item(title="Poison"), "")])[0].ids

    def breaks(rows: list[Any]) -> Any:
        if any(row.ids == poison for row in rows):
            raise RuntimeError("an illegal memory access was encountered")
        return whole(rows)

    monkeypatch.setattr(device, "_forward", breaks)
    items = [BREAD, Item(title="Poison"), ITEMS["cat"]]
    bread, broken, cat = await asyncio.gather(*(route(router, item) for item in items), return_exceptions=True)
    assert isinstance(broken, StageFailed)
    assert "illegal" not in broken.message
    assert isinstance(bread, RouteResult)
    assert isinstance(cat, RouteResult)
    await router.check_health()
