"""Which replica is asked for an item: the router class over replicas that are only names and numbers."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest
from ray.serve._private.common import DeploymentHandleSource, DeploymentID, RequestMetadata
from ray.serve.request_router import PendingRequest, ReplicaID

from deployments.captioner.deployment import CaptionerDeployment
from deployments.deadline import Call, Deadline, Route
from deployments.generator.deployment import GeneratorDeployment
from deployments.types import Item
from serve_app.app import stage_deployment
from serve_app.autoscaling.settings import StockAutoscaling
from serve_app.cluster.affinity import ItemAffinityRouter, StageRouter, item_key
from serve_app.settings import AffinityScaling
from tests.unit.deployments.generator.fake_engine import task

DEPLOYMENT = DeploymentID(name="Generator", app_name="pushgen")
ROOM = 16
ITEMS = [f"item-{n}" for n in range(400)]


class Replica:
    """As much of a RunningReplica as routing reads."""

    def __init__(self, name: str) -> None:
        self.replica_id = ReplicaID(unique_id=name, deployment_id=DEPLOYMENT)
        self.name = name
        self.max_ongoing_requests = ROOM
        self.load = 0

    async def get_queue_len(self, *, deadline_s: float) -> int:
        return self.load


def router(*replicas: Replica, max_imbalance: int = 8, kind: type[StageRouter] = ItemAffinityRouter) -> StageRouter:
    made = kind(DEPLOYMENT, DeploymentHandleSource.REPLICA, use_replica_queue_len_cache=True)
    made.initialize_state(max_imbalance=max_imbalance)
    made.update_replicas(list(replicas))  # type: ignore[arg-type]
    return made


def pending(key: str, route: Route | None = None, cause: str = "") -> PendingRequest:
    """cause: Serve's id of the request that makes the call; one of its own by default."""
    metadata = RequestMetadata(request_id="r", internal_request_id=cause or uuid.uuid4().hex, session_id=key)
    call = Call(Deadline.after(30), route=route or Route())
    return PendingRequest(args=["an item", call], kwargs={}, metadata=metadata)


async def owner_of(made: StageRouter, key: str, cause: str = "") -> Replica:
    """The replica that Serve's own loop takes for a call with this key."""
    async with asyncio.timeout(5):
        chosen: Any = await made._choose_replica_for_request(pending(key, cause=cause))
    assert isinstance(chosen, Replica)
    return chosen


async def routed(made: StageRouter, key: str, cause: str = "") -> str:
    return (await owner_of(made, key, cause)).name


async def avoiding(made: StageRouter, key: str, *names: str) -> str:
    """The replica that a call gets that must not go to those; its route must say the same."""
    route = Route(frozenset(names))
    async with asyncio.timeout(5):
        chosen: Any = await made._choose_replica_for_request(pending(key, route))
    assert route.replica == chosen.name
    assert route.running == {"a", "b", "c"}
    return str(chosen.name)


def know(made: StageRouter, replica: Replica, load: int) -> None:
    replica.load = load
    made.replica_queue_len_cache.update(replica.replica_id, load)


@pytest.fixture
def three() -> list[Replica]:
    return [Replica(name) for name in "abc"]


async def test_an_item_keeps_its_replica_for_every_caller_and_items_spread(three: list[Replica]) -> None:
    here, there = router(*three), router(*reversed(three))
    owners = {key: await routed(here, key) for key in ITEMS}
    assert owners == {key: await routed(there, key) for key in ITEMS}
    counts = [list(owners.values()).count(name) for name in "abc"]
    assert min(counts) > len(ITEMS) / 3 * 0.7


async def test_a_replica_that_comes_or_goes_moves_only_its_own_items(three: list[Replica]) -> None:
    before = {key: await routed(router(*three), key) for key in ITEMS}
    less = {key: await routed(router(*three[:2]), key) for key in ITEMS}
    assert {key: name for key, name in before.items() if name != "c"}.items() <= less.items()
    more = {key: await routed(router(*three, Replica("d")), key) for key in ITEMS}
    assert {name for key, name in more.items() if name != before[key]} == {"d"}


@pytest.mark.parametrize(
    ("owner_load", "others", "stays"),
    [(0, (0, 0), True), (8, (0, 9), True), (9, (0, 9), False), (15, (14, 15), True), (16, (15, 15), False)],
)
async def test_a_full_or_crowded_replica_is_passed_over_for_the_least_busy(
    three: list[Replica], owner_load: int, others: tuple[int, int], stays: bool
) -> None:
    made = router(*three)
    owner = await owner_of(made, "hot")
    non_owners = [r for r in three if r is not owner]
    know(made, owner, owner_load)
    for replica, load in zip(non_owners, others, strict=True):
        know(made, replica, load)
    expected = owner if stays else min(non_owners, key=lambda r: r.load)
    assert await routed(made, "hot") == expected.name


async def test_a_full_item_holds_up_no_other(three: list[Replica]) -> None:
    made = router(*three)
    owner = await owner_of(made, "hot")
    owners = {key: await owner_of(made, key) for key in ITEMS[:20]}
    other = next(key for key, replica in owners.items() if replica is not owner)
    owner.load = ROOM
    made.replica_queue_len_cache.invalidate_key(owner.replica_id)  # Serve has to ask it first
    chosen = await asyncio.gather(*(routed(made, key) for key in ("hot", "hot", other)))
    assert owner.name not in chosen


async def test_calls_that_one_request_makes_at_once_all_get_their_own_replica(three: list[Replica]) -> None:
    """As the items of a batch do: Serve gives all of them the id of the request."""
    made = router(*three)
    alone = [await owner_of(made, key) for key in ITEMS[:20]]
    at_once = await asyncio.gather(*(owner_of(made, key, "batch") for key in ITEMS[:20]))
    assert at_once == alone


async def test_calls_of_one_request_without_an_item_all_get_a_replica(three: list[Replica]) -> None:
    made = router(*three, kind=StageRouter)
    assert len(await asyncio.gather(*(owner_of(made, "", "batch") for _ in range(20)))) == 20


async def test_a_call_that_is_given_up_takes_no_replica_from_others(three: list[Replica]) -> None:
    made = router(*three)
    for replica in three:
        know(made, replica, ROOM)
    left, stays = (asyncio.create_task(routed(made, key, "batch")) for key in ITEMS[:2])
    await asyncio.sleep(0.02)
    left.cancel()
    three[1].load = 3
    assert await stays == "b"


async def test_a_call_without_a_key_goes_to_the_less_busy_of_two(three: list[Replica]) -> None:
    made = router(*three)
    know(made, three[0], 5)
    for replica in three[1:]:
        know(made, replica, 1)
    assert {await routed(made, "") for _ in range(40)} == {"b", "c"}


async def test_when_all_are_full_a_call_waits_for_the_first_that_has_room(three: list[Replica]) -> None:
    made = router(*three)
    for replica in three:
        know(made, replica, ROOM)
    waiting = asyncio.create_task(routed(made, "hot"))
    await asyncio.sleep(0.02)
    assert not waiting.done()
    three[1].load = 3
    assert await waiting == "b"


@pytest.mark.parametrize("kind", [StageRouter, ItemAffinityRouter])
async def test_a_call_reaches_no_replica_that_it_avoids_while_there_is_another(
    three: list[Replica], kind: type[StageRouter]
) -> None:
    made = router(*three, kind=kind)
    for key in ("", *ITEMS[:30]):
        assert await avoiding(made, key, "a") in "bc"
        assert await avoiding(made, key, "a", "b") == "c"
    assert await avoiding(made, "hot", "a", "b", "c") in "abc", "a lost replica at least says so"


async def test_an_item_whose_replica_is_avoided_has_one_other_and_returns(three: list[Replica]) -> None:
    made = router(*three)
    own = await routed(made, "hot")
    second = {await avoiding(made, "hot", own) for _ in range(20)}
    assert len(second) == 1
    assert second != {own}
    assert await routed(made, "hot") == own


def test_the_key_is_the_items_id_or_its_content() -> None:
    assert item_key(task(item=Item(id="7", title="A cat"))) == item_key(task(item=Item(id="7", title="The cat")))
    one, same, other, caption = (
        item_key(task(item=Item(title="A cat"), caption="")),
        item_key(task(item=Item(title="A cat"), caption="", seed=9, candidates_per_category=5)),
        item_key(task(item=Item(title="A dog"), caption="")),
        item_key(task(item=Item(title="A cat"), caption="asleep")),
    )
    assert one == same
    assert len({one, other, caption}) == 3
    assert "cat" not in one


@pytest.mark.parametrize("deployment", [CaptionerDeployment, GeneratorDeployment])
def test_it_is_a_setting_and_only_for_several_replicas(deployment: Any) -> None:
    def config(**scaling: Any) -> Any:
        return stage_deployment(
            deployment, AffinityScaling(**scaling), StockAutoscaling()
        )._deployment_config.request_router_config

    assert config(max_replicas=1).is_default_request_router()
    assert config(max_replicas=2, affinity=None).get_request_router_class().__name__ == "StageRouter"
    made = config(max_replicas=2, affinity={"max_imbalance": 3})
    assert made.request_router_kwargs == {"max_imbalance": 3}
    assert made.get_request_router_class().__name__ == "ItemAffinityRouter"
