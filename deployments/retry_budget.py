"""A bound on retries: without one, an outage is answered with a multiple of the load that caused it."""

from __future__ import annotations

SHARE = 0.1


class RetryBudget:
    """A token bucket: a first try adds a `SHARE` of a token, each further try takes one. At most `burst` are kept."""

    def __init__(self, burst: float) -> None:
        self._burst = burst
        self._tokens = burst

    def called(self) -> None:
        """Count a first try."""
        self._tokens = min(self._burst, self._tokens + SHARE)

    @property
    def left(self) -> bool:
        """Whether one more try is allowed."""
        return self._tokens >= 1

    def take(self) -> bool:
        """Take the token of one more try. Return False when there is none."""
        if not self.left:
            return False
        self._tokens -= 1
        return True
