"""Two generator replicas under Serve: an item keeps its replica, until that one has no room or is lost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from deployments.types import Item
from serve_app.client import PushGenClient
from serve_app.demo.local import LocalServe
from tests.e2e.affinity_app import ROOM
from tests.e2e.conftest import started


@pytest.fixture(scope="module")
def app(root: Path) -> Iterator[LocalServe]:
    yield from started(root / "tests/e2e/affinity.yaml", 120)


def test_an_item_keeps_its_replica_and_never_waits_for_it(app: LocalServe) -> None:
    with PushGenClient(app.address, timeout_s=40) as client, ThreadPoolExecutor(8) as pool:

        def replica(item_id: str) -> str:
            return client.generate(Item(id=item_id, title="Tea")).item_id

        items = [f"item-{n}" for n in range(10)]
        until = time.monotonic() + 60
        while len({replica(item) for item in items}) < 2:  # the second replica may come later
            assert time.monotonic() < until, "the second replica never served"
        first = {item: replica(item) for item in items}
        assert {item: replica(item) for item in items} == first

        hot = items[0]
        together = set(pool.map(replica, [hot] * 4 * ROOM))
        assert together == set(first.values()), "what its own replica has no room for goes to the other"
        assert replica(hot) == first[hot]


def test_calls_at_once_for_one_request_are_all_answered(app: LocalServe) -> None:
    with PushGenClient(app.address, timeout_s=40) as client:
        for n in range(5):
            client.generate(Item(id=f"many-{n}", title="Tea", creator="8"))


def test_a_lost_replica_costs_no_call_and_is_replaced(app: LocalServe) -> None:
    with PushGenClient(app.address, timeout_s=40) as client:

        def replica(item_id: str, title: str = "Tea") -> str:
            return client.generate(Item(id=item_id, title=title)).item_id

        before = {p.pid for p in replicas(app)}
        assert len(before) == 2
        lost = replica("item")
        assert replica("item", f"lose {lost}") != lost, "the call that met the loss is answered by the other one"
        began = time.monotonic()
        assert lost not in {replica(f"item-{n}") for n in range(20)}
        assert time.monotonic() - began < 30, "each call takes 0.2 s, and none waits for the lost one"
        until = time.monotonic() + 90
        while not (len(replicas(app)) == 2 and {p.pid for p in replicas(app)} != before):
            assert time.monotonic() < until, "the lost replica was not replaced"
            assert replica("item") != lost
            time.sleep(0.2)


def replicas(app: LocalServe) -> list[psutil.Process]:
    return [p for p in app.processes() if "ServeReplica:affinity:Generator" in " ".join(p.cmdline())]
