"""One exception tree. Messages are for clients: no path, pid, address or traceback of ours in them.

`serve_app/contract/errors.py` is the one place that turns these into gRPC codes and HTTP statuses.
"""

from __future__ import annotations

from typing import NamedTuple

MAX_VIOLATIONS = 50
"""Of one error: they bound the size of an answer to a request that is wrong throughout."""
LEFT_OUT = "further violations are left out"


class Violation(NamedTuple):
    """A violation of one field. `field` is a path such as `item.images[0].data`."""

    field: str
    description: str


class PushGenError(Exception):
    """Base of every error that a client may see.

    reason: upper snake case, stable, for programs (google.rpc.ErrorInfo.reason).
    request_id: filled in by the client library, so that a log line can be matched with the service's.
    """

    reason = "INTERNAL"
    request_id: str = ""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidInput(PushGenError):
    """The request itself is wrong; the same request will never work."""

    reason = "INVALID_INPUT"

    def __init__(self, violations: list[Violation]) -> None:
        if len(violations) > MAX_VIOLATIONS:
            violations = [*violations[: MAX_VIOLATIONS - 1], Violation("request", LEFT_OUT)]
        self.violations = [Violation(_encodable(v.field), _encodable(v.description)) for v in violations]
        super().__init__("; ".join(f"{v.field}: {v.description}" for v in self.violations))

    def __reduce__(self) -> tuple[type, tuple[list[Violation]]]:
        return type(self), (self.violations,)

    def below(self, field: str) -> InvalidInput:
        """Return the same error of a message that has this one's in `field`."""
        return type(self)([Violation(f"{field}.{v.field}", v.description) for v in self.violations])


def _encodable(text: str) -> str:
    """Escape lone surrogates, which a caller's names may have and no answer can carry."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


class UnsupportedField(InvalidInput):
    """A field of the contract that this service does not act on: its operator has not turned it on."""

    reason = "UNSUPPORTED_FIELD"


class Unauthenticated(PushGenError):
    """The request has no API key that this service knows."""

    reason = "UNAUTHENTICATED"


class PermissionDenied(PushGenError):
    """The API key is good, and its tenant may not do this."""

    reason = "PERMISSION_DENIED"


class Overloaded(PushGenError):
    """There is no room, or not in time, or the tenant's share is used up. Nothing was computed.

    Try again after `retry_after_s`. shed: why the ingress refused the request, one of a few words such as `queue_full`
    or `tenant_rate`; empty when a stage refused it.
    """

    reason = "OVERLOADED"

    def __init__(self, message: str, retry_after_s: float = 1.0, shed: str = "") -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.shed = shed

    def __reduce__(self) -> tuple[type, tuple[str, float, str]]:
        return type(self), (self.message, self.retry_after_s, self.shed)


class DeadlineExceeded(PushGenError):
    """The request's time budget is spent."""

    reason = "TIME_BUDGET_SPENT"


class StageUnavailable(PushGenError):
    """A stage has no healthy replica at the moment, or lost one with this call.

    retry_after_s: None when trying again makes no sense: the service has done so, or must not.
    """

    reason = "STAGE_UNAVAILABLE"
    retry_after_s: float | None = 2.0


class StageFailed(PushGenError):
    """A stage broke on this request. The cause is in the service's log, not here."""

    reason = "STAGE_FAILED"


class Misconfigured(Exception):
    """The service's own settings are impossible. Raised at start-up, for operators; never reaches a client."""
