"""The cost of a batch on this device, learned from past batches: time = launch + padded tokens x time per token."""

from __future__ import annotations

from typing import Final

# Weight of a batch relative to the next one: the last 200 or so count.
_DECAY: Final = 0.995
# The estimate before the first batch, and how many batches it weighs.
_PRIOR_TOKENS: Final = 256.0
_PRIOR_BATCHES: Final = 8.0
# A batch is counted as at most this many times slower than expected: beyond it, something else delayed it.
_MAX_SLOWDOWN: Final = 3.0
# Upper bound of the launch cost, in batches of the mean size.
_MAX_LAUNCH_BATCHES: Final = 8.0


class BatchCost:
    """Least squares over (padded tokens, seconds) with decaying weights. Costs some microseconds per batch."""

    def __init__(self) -> None:
        self._weight = self._x = self._y = self._xx = self._xy = 0.0
        self.launch_tokens = _PRIOR_TOKENS
        """The launch time of a batch, in padded tokens that take as long."""

    def observe(self, padded_tokens: int, seconds: float) -> None:
        """Learn from a batch that ran."""
        if self._weight > _PRIOR_BATCHES:
            mean = self._y / self._weight
            expected = mean * (self.launch_tokens + padded_tokens) / (self.launch_tokens + self._x / self._weight)
            seconds = min(seconds, _MAX_SLOWDOWN * expected)
        self._weight = self._weight * _DECAY + 1
        self._x = self._x * _DECAY + padded_tokens
        self._y = self._y * _DECAY + seconds
        self._xx = self._xx * _DECAY + padded_tokens * padded_tokens
        self._xy = self._xy * _DECAY + padded_tokens * seconds
        self.launch_tokens = self._learned()

    def _learned(self) -> float:
        """Return intercept over slope. Keeps the old value while all batches have one size."""
        x, y = self._x / self._weight, self._y / self._weight
        variance = self._xx / self._weight - x * x
        if variance <= 1e-3 * x * x:
            return self.launch_tokens
        slope = (self._xy / self._weight - x * y) / variance
        launch_tokens = min(max(y / slope - x, 0.0), _MAX_LAUNCH_BATCHES * x) if slope > 0 else _MAX_LAUNCH_BATCHES * x
        trust = self._weight / (self._weight + _PRIOR_BATCHES)
        return trust * launch_tokens + (1 - trust) * _PRIOR_TOKENS
