"""Retries of the client: few, spread, and only where the service does not retry itself.

The service tries its stages again on other replicas, within a budget, and tells in its answer whether one more try
from outside makes sense. So retries of both never multiply.
"""

from __future__ import annotations

from typing import Any

from deployments.backoff import backoff_s, spread
from deployments.errors import PushGenError, StageUnavailable
from deployments.retry_budget import RetryBudget
from serve_app.client.calls import RpcCall
from serve_app.client.unreachable import Unreachable

_FIRST_PAUSE_S = 0.2
_BURST = 10.0


class Retries:
    """The retries of one client, within one budget. Threads may share it."""

    def __init__(self) -> None:
        self._budget = RetryBudget(_BURST)

    def called(self) -> None:
        """Count a call."""
        self._budget.called()

    def pause_s(self, error: PushGenError, call: RpcCall[Any], tries: int, left_s: float) -> float | None:
        """Return the seconds to wait before the next try of the call, after so many; None for no further try.

        An answer of the service is tried again when it has a retry time, no sooner and with jitter. A call without an
        answer is tried again when it was not sent, or is repeatable.
        """
        if not isinstance(error, StageUnavailable) or tries >= call.max_tries:
            return None
        pause_s: float | None
        if isinstance(error, Unreachable):
            pause_s = backoff_s(_FIRST_PAUSE_S, tries) if call.repeatable or not error.sent else None
        else:
            pause_s = None if error.retry_after_s is None else spread(error.retry_after_s)
        if pause_s is None or pause_s >= left_s or not self._budget.take():
            return None
        return pause_s
