"""The cost of a batch on this device, learned from those that ran: time = launch + padded tokens x time per token."""

from __future__ import annotations

from typing import Final

# Each batch weighs this much less than the next one: some 200 batches are remembered.
_KEPT: Final = 0.995
# What is believed before anything has run, and how many batches it takes to change that.
_PRIOR_TOKENS: Final = 256.0
_PRIOR_BATCHES: Final = 8.0
# A batch that took longer than this many times what was expected was held up by something else.
_HELD_UP: Final = 3.0
# Launching is believed to cost at most this many batches of the mean size.
_MOST_TIMES: Final = 8.0


class BatchCost:
    """Least squares over (padded tokens, seconds), older batches weighing less. Some microseconds a batch."""

    def __init__(self) -> None:
        self._weight = self._x = self._y = self._xx = self._xy = 0.0
        self.launch_tokens = _PRIOR_TOKENS
        """The padded tokens that take as long as it takes to launch a batch of any size."""

    def observe(self, padded_tokens: int, seconds: float) -> None:
        """Learn from a batch that ran."""
        if self._weight > _PRIOR_BATCHES:
            mean = self._y / self._weight
            expected = mean * (self.launch_tokens + padded_tokens) / (self.launch_tokens + self._x / self._weight)
            seconds = min(seconds, _HELD_UP * expected)
        self._weight = self._weight * _KEPT + 1
        self._x = self._x * _KEPT + padded_tokens
        self._y = self._y * _KEPT + seconds
        self._xx = self._xx * _KEPT + padded_tokens * padded_tokens
        self._xy = self._xy * _KEPT + padded_tokens * seconds
        self.launch_tokens = self._learned()

    def _learned(self) -> float:
        """Intercept over slope. Batches of one size tell nothing; times that do not grow with tokens are all launch."""
        x, y = self._x / self._weight, self._y / self._weight
        variance = self._xx / self._weight - x * x
        if variance <= 1e-3 * x * x:
            return self.launch_tokens
        slope = (self._xy / self._weight - x * y) / variance
        launch_tokens = min(max(y / slope - x, 0.0), _MOST_TIMES * x) if slope > 0 else _MOST_TIMES * x
        trust = self._weight / (self._weight + _PRIOR_BATCHES)
        return trust * launch_tokens + (1 - trust) * _PRIOR_TOKENS
