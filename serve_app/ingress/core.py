"""The service behind both protocols. Knows neither gRPC nor HTTP."""

from __future__ import annotations

from typing import Protocol


class Service(Protocol):
    """Has a method for each row of the table of verbs, by its `name`: it takes the request's model and the request id.

    A unary verb's is awaited, a stream's is iterated. The adapter has made the request id up where the caller sent
    none. Methods raise errors of `deployments/errors.py` only. `tests/unit/serve_app/contract/test_verbs.py` holds
    the types of the methods against the table, because adapters look them up by name.
    """

    async def healthy(self) -> dict[str, bool]:
        """Stage name to health, for instance {"captioner": True, ...}; the service is healthy when all are."""
