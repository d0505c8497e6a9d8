"""A server around a scripted service, for callers that block."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Iterator

import pytest

from serve_app.policy import warm_up
from tests.graph import stages
from tests.graph.fake_service import FakeService
from tests.graph.placement import placed
from tests.graph.servers import serving


@pytest.fixture(autouse=True, scope="session")
def warm_policy() -> None:
    """The policy loads its language model with its first copy, which takes a second of that test's time budget.

    Frozen as in the ingress: a collection of all that the policy has loaded would take half of a short budget.
    """
    warm_up()
    gc.collect()
    gc.freeze()


@pytest.fixture(params=["deployment", "inline"])
def both_placements(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test of the module runs on stages behind handles, and on stages in the ingress replica."""
    monkeypatch.setattr(stages, "as_they_are", lambda plain: placed(plain, request.param))


@pytest.fixture
def service() -> FakeService:
    return FakeService()


@pytest.fixture
def address(service: FakeService) -> Iterator[str]:
    """A server in a thread of its own, for the synchronous client."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    context = serving(service)
    yield asyncio.run_coroutine_threadsafe(context.__aenter__(), loop).result(10)
    asyncio.run_coroutine_threadsafe(context.__aexit__(None, None, None), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()
