"""CPU time of this project's own code a request: bytes in, bytes out, in this process, over fakes and without a hop."""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from collections.abc import Mapping, Sequence
from itertools import cycle, islice
from typing import Any, Final

from benchmarks.lib.cold_items import FIRST_WORDS, begun_with, cold_items
from benchmarks.lib.targets import plain_request
from deployments.deadline import Deadline
from deployments.fakes import FakeCaptioner, FakeGenerator, FakeRewardScorer, FakeRouter
from deployments.router.catalogue import Category
from deployments.types import Stage, StageRevision
from pushgen.v1 import service_pb2
from serve_app.contract.codec import to_message
from serve_app.contract.messages import GenerateNotificationRequest
from serve_app.flow.knobs import IngressKnobs
from serve_app.flow.metrics import NoMetrics
from serve_app.flow.pipeline import Stages
from serve_app.flow.profiles import load_profiles
from serve_app.flow.service import PushGenService
from serve_app.ingress.grpc import GrpcAdapter
from serve_app.policy import warm_up

_WARM_UP: Final = 30
_REQUESTS: Final = 200
# As many as no title of them comes twice.
_ITEMS: Final = 24


class _Context:
    """What the adapter needs of an RPC's context. A status is a failure."""

    def invocation_metadata(self) -> Sequence[tuple[str, Any]]:
        return ()

    trailing_metadata = invocation_metadata

    def set_trailing_metadata(self, trailing_metadata: Sequence[tuple[str, Any]], /) -> None:
        """Keep nothing."""

    def set_code(self, code: Any, /) -> None:
        raise RuntimeError(f"a request failed: {code}")

    def set_details(self, details: str, /) -> None:
        """Keep nothing."""


def own() -> dict[str, float]:
    """The request that the applications get, again and again; and new items, of which no check has seen a word."""
    return {
        "own_cpu_ms_per_request": cpu_ms([plain_request()] * _REQUESTS),
        "own_cpu_ms_new_items": cpu_ms(new_items()),
    }


def new_items() -> list[GenerateNotificationRequest]:
    """288 items. With a picture, so that all stages are asked."""
    plain = plain_request()
    items = [begun_with(word, item) for word in FIRST_WORDS for item in cold_items(_ITEMS)]
    return [plain.model_copy(update={"item": item.model_copy(update={"images": plain.item.images})}) for item in items]


def cpu_ms(requests: Sequence[GenerateNotificationRequest]) -> float:
    """Median over the requests, in ms of all threads, after some to warm up. Metrics and logs are not counted.

    Raises RuntimeError when a request fails.
    """
    sent = [to_message(r, service_pb2.GenerateNotificationRequest).SerializeToString() for r in requests]
    warm_up()
    # As in the ingress: see `Graph`.
    gc.collect()
    gc.freeze()
    try:
        return round(asyncio.run(_median_ms(sent)), 2)
    finally:
        gc.unfreeze()


async def _median_ms(sent: Sequence[bytes]) -> float:
    adapter: Any = GrpcAdapter()
    adapter.service = _service()
    spent_ms = []
    for request in (*islice(cycle(sent), _WARM_UP), *sent):
        began = time.process_time()
        (await adapter.GenerateNotification(request, _Context())).SerializeToString()
        spent_ms.append(1000 * (time.process_time() - began))
    return statistics.median(spent_ms[_WARM_UP:])


def _service() -> PushGenService:
    stages = Stages(FakeCaptioner(), FakeRouter(), FakeGenerator(), FakeRewardScorer())
    knobs = IngressKnobs()
    known = knobs.catalogue.load().categories

    async def categories(_names: Sequence[str], _deadline: Deadline) -> Sequence[Category]:
        return known

    async def revisions() -> Mapping[Stage, StageRevision | None]:
        return {}

    async def health() -> dict[str, bool]:
        return {}

    return PushGenService(
        stages, knobs, load_profiles(knobs.length_profiles), categories, revisions, health, NoMetrics()
    )
