"""The record of one request: what its log line and its metrics are made of.

`Journal` opens it. The ingress, the service and the flow note in the current one what they learn; nobody passes it on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import grpc
from pydantic import BaseModel

from deployments.errors import Overloaded
from deployments.types import Decision, Priority
from serve_app.contract.errors import meaning, outcome
from serve_app.flow.ledger import Ledger

OK: Final = "OK"
PARTIAL: Final = "PARTIAL"
CANCELLED: Final = "CANCELLED"

# The ends of a request, in the words of its log line; any other code is an "error".
_BY_CODE: Final[Mapping[grpc.StatusCode, str]] = MappingProxyType(
    {
        grpc.StatusCode.INVALID_ARGUMENT: "invalid",
        grpc.StatusCode.UNIMPLEMENTED: "invalid",
        grpc.StatusCode.RESOURCE_EXHAUSTED: "refused",
        grpc.StatusCode.UNAUTHENTICATED: "refused",
        grpc.StatusCode.PERMISSION_DENIED: "refused",
        grpc.StatusCode.DEADLINE_EXCEEDED: "late",
    }
)
_REFUSING_STATUSES: Final = frozenset({401, 403, 429})
_LATE_STATUSES: Final = frozenset({408, 504})


@dataclass(frozen=True)
class End:
    """How a request ended.

    outcome: ok, partial, refused, invalid, late, error or cancelled. reason: OK, PARTIAL, CANCELLED, or the error's.
    code: the gRPC code, or the HTTP status of an error that only HTTP has. shed: why the gate refused it.
    """

    outcome: str
    reason: str
    code: str
    shed: str = ""


@dataclass(eq=False)
class Record:
    """What is known of one request so far.

    budget_ms: the time budget that it got. gate_ms: its time at the gate. units: of work, let in. answers, failures: of
    a batch's items.
    """

    rpc: str
    protocol: str = ""
    request_id: str = ""
    tenant: str = ""
    began_s: float = 0.0
    request: BaseModel | None = None
    priority: Priority | None = None
    budget_ms: float | None = None
    gate_ms: float | None = None
    units: float = 0.0
    decision: Decision | None = None
    answers: int = 0
    failures: int = 0
    ledger: Ledger = field(default_factory=Ledger)
    error: BaseException | None = None

    def answered(self, answer: Any) -> None:
        """Count an answer of a batch: a decision, or the error of one item."""
        self.answers += 1
        self.failures += isinstance(answer, Exception)

    @property
    def end(self) -> End:
        if self.error is not None:
            return _end_of(self.error)
        if self.decision is not None and self.decision.partial:
            return End("partial", PARTIAL, OK)
        return End("ok", OK, OK)


_current: ContextVar[Record | None] = ContextVar("pushgen_request", default=None)


def set_current(record: Record | None) -> None:
    _current.set(record)


def current() -> Record:
    """Return the record of the request that runs here; one that nobody reads where there is none.

    A generator reads it once, before its first yield: what comes later may run in another context.
    """
    return _current.get() or Record("")


def _end_of(error: BaseException) -> End:
    if isinstance(error, asyncio.CancelledError | GeneratorExit) or type(error).__name__ == "ClientDisconnect":
        return End("cancelled", CANCELLED, CANCELLED)
    status = getattr(error, "status", None)
    if isinstance(status, int):  # a fault of the HTTP request alone
        refused, late = status in _REFUSING_STATUSES, status in _LATE_STATUSES
        kind = "refused" if refused else "late" if late else "invalid" if status < 500 else "error"
        return End(kind, str(getattr(error, "reason", "HTTP_ERROR")), str(status))
    seen = meaning(error)
    if seen is None:
        return End("error", "INTERNAL", grpc.StatusCode.INTERNAL.name)
    code = outcome(seen).code
    return End(_BY_CODE.get(code, "error"), seen.reason, code.name, seen.shed if isinstance(seen, Overloaded) else "")
