"""Two generator replicas under Serve: an item keeps its replica, until that one has no room."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

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
