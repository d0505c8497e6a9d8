"""The ingress alone over a scripted service: what Serve's proxies make of it, without any stage."""

from __future__ import annotations

from typing import Any

from ray import serve

from deployments.errors import Overloaded, StageUnavailable
from serve_app.ingress.protocols import BothProtocols
from tests.graph.fake_service import FakeService


class BackPressureError(Exception):
    """Named as Ray's own, which a handle raises."""


FAILURES: dict[str, tuple[Exception, int]] = {
    "secret": (RuntimeError("the password is in /etc/shadow"), 0),
    "secret-midway": (RuntimeError("the password is in /etc/shadow"), 2),
    "overloaded": (Overloaded("the queue is full", retry_after_s=3), 0),
    "backpressure": (BackPressureError("pid=1"), 0),
    "unavailable-midway": (StageUnavailable("the generator lost its replica"), 3),
}


class Scripted(FakeService):
    """An item's id says how it ends."""

    def _take(self, verb: str, request: Any, request_id: str, tenant: str) -> None:
        error, self.after = FAILURES.get(getattr(getattr(request, "item", None), "id", ""), (None, 0))
        self.fails = {verb: error} if error else {}
        self.hang = getattr(getattr(request, "item", None), "id", "") == "hang"
        super()._take(verb, request, request_id, tenant)

    async def healthy(self) -> dict[str, bool]:
        """`closed` counts streams that ended; told through the health, so that a test can see it from outside."""
        return {"generator": True} | {f"closed-{n}": True for n in range(self.closed)}


@serve.deployment(name="Ingress", max_ongoing_requests=64)
@serve.ingress()
class ScriptedIngress(BothProtocols):
    def __init__(self) -> None:
        self.service = Scripted()


def build(args: dict[str, Any]) -> serve.Application:
    return ScriptedIngress.bind()
