"""The service behind both protocols. Knows neither gRPC nor HTTP."""

from __future__ import annotations

from typing import Protocol

from serve_app.flow.intake import Intake
from serve_app.flow.journal import Journal


class Service(Protocol):
    """Has a method for each row of the table of verbs, by its `name`.

    It takes the request's model, the request id, the tenant, which is empty where the caller names none, and the time
    of arrival by `time.monotonic()`: the time budget begins there, before the request is read.

    A unary method is awaited, a stream is iterated. The adapter makes a request id if the caller sent none. Methods
    raise errors of `deployments/errors.py` only. Adapters look methods up by name, so
    `tests/unit/serve_app/contract/test_verbs.py` compares their types with the table.
    """

    intake: Intake
    """What the adapters may hold."""

    @property
    def journal(self) -> Journal:
        """The records of requests. Adapters open one for each call."""

    async def healthy(self) -> dict[str, bool]:
        """Return by stage name whether it takes calls, {"captioner": True, ...}; see `health.is_serving`."""
