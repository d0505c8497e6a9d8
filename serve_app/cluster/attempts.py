"""The tries of a call of a stage: again elsewhere, within one budget, and not at all while the stage is away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from deployments.backoff import backoff_s
from deployments.deadline import Deadline
from deployments.errors import InvalidInput, PushGenError, StageFailed, StageUnavailable
from deployments.retry_budget import RetryBudget
from deployments.types import Stage
from serve_app.cluster.breaker import Breaker
from serve_app.flow.metrics import Metrics

_MAX_TRIES: Final = 3
_FIRST_PAUSE_S: Final = 0.02
# The places of a replica: all of its calls may fail at once. More than that is bounded by the share of the budget.
BURST: Final = 100.0


class Tries:
    """The tries of one call."""

    def __init__(self, stage: Stage, metrics: Metrics, budget: RetryBudget) -> None:
        self._stage = stage
        self._metrics = metrics
        self._budget = budget
        self._count = 1

    async def failed(self, error: PushGenError, deadline: Deadline, *, repeatable: bool = True) -> None:
        """Wait until the next try. Raises `error` if there is none.

        Its `retry_after_s` stays if the client may try again itself: retries of clients count as those of the service.
        """
        if not isinstance(error, StageUnavailable):
            raise error
        if not (repeatable and await self.again(deadline)):
            if not (repeatable and self._budget.left):
                error.retry_after_s = None
            raise error

    async def again(self, deadline: Deadline) -> bool:
        """Wait until the next try. Return False at once if there is none."""
        pause_s = backoff_s(_FIRST_PAUSE_S, self._count)
        if self._count >= _MAX_TRIES or pause_s >= deadline.remaining_s() or not self._budget.take():
            return False
        self._count += 1
        self._metrics.retried(self._stage)
        await asyncio.sleep(pause_s)
        return True


class Attempts:
    """The calls of one stage. The budget is shared with the other stages of an ingress replica."""

    def __init__(
        self, stage: Stage, name: str, metrics: Metrics, budget: RetryBudget, gone: Callable[[], bool] = lambda: False
    ) -> None:
        """gone: whether the stage has no replica, so that a call would only wait."""
        self._stage = stage
        self._name = name
        self._gone = gone
        self._metrics = metrics
        self._budget = budget
        self._breaker = Breaker(lambda stopped: metrics.stage_stopped(stage, stopped))

    @contextmanager
    def call(self) -> Iterator[Tries]:
        """Count a call and its outcome. Raises StageUnavailable, without a try, while the stage is away."""
        began_s = None if self._gone() else self._breaker.admits()
        if began_s is None:
            error = StageUnavailable(f"the {self._name} is away")
            error.retry_after_s = None
            self._metrics.stage_failed(self._stage, error)
            raise error
        self._budget.called()
        try:
            yield Tries(self._stage, self._metrics, self._budget)
        except StageUnavailable as error:
            self._breaker.failed(began_s)
            self._metrics.stage_failed(self._stage, error)
            raise
        except (StageFailed, InvalidInput) as error:  # of this input
            self._breaker.worked()
            self._metrics.stage_failed(self._stage, error)
            raise
        except PushGenError as error:
            self._breaker.left()
            self._metrics.stage_failed(self._stage, error)
            raise
        except BaseException:
            self._breaker.left()
            raise
        self._breaker.worked()
        self._metrics.stage_answered(self._stage)
