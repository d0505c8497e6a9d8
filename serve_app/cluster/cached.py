"""What others publish, kept for a while: one question for all callers, and a bound on the age of an answer."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable
from contextvars import Context
from typing import Any, Generic, TypeVar

from deployments.errors import StageUnavailable

logger = logging.getLogger("ray.serve")
T = TypeVar("T")
# `anew` takes an answer of this age, so that callers cannot make it ask without a pause.
_NEW_S = 1.0


class Cached(Generic[T]):
    """An answer that is asked anew when it is older than `fresh_s`, and not used when it is older than `max_age_s`.

    Callers share one question, which goes on when a caller leaves. Between the two ages a caller gets the old answer
    unless the new one comes while the question is younger than `patience_s`. Without an answer to use it waits until
    the question is as old as `wait_s`. A question that hangs so delays its first callers only.
    """

    def __init__(
        self,
        ask: Callable[[], Awaitable[T]],
        *,
        fresh_s: float,
        max_age_s: float,
        wait_s: float,
        patience_s: float = 0.0,
    ) -> None:
        self._ask = ask
        self._fresh_s = fresh_s
        self._max_age_s = max_age_s
        self._wait_s = wait_s
        self._patience_s = patience_s
        self._answer: T
        self._answered_s = -math.inf
        self._question: asyncio.Task[None] | None = None
        self._asked_s = 0.0

    async def __call__(self) -> T:
        """Return an answer younger than `max_age_s`. Raises what the question raised, or StageUnavailable."""
        return await self._younger(self._fresh_s, self._patience_s)

    async def anew(self) -> T:
        """The same, asked again unless that was a moment ago. It waits for the new answer as if there was none."""
        return await self._younger(min(_NEW_S, self._fresh_s), self._wait_s)

    def peek(self) -> T | None:
        """Return the answer at hand, None if there is none to use, and ask anew if it is old. Call it in the loop."""
        if self._age_s >= self._fresh_s:
            self._begin()
        return self._answer if self._age_s < self._max_age_s else None

    async def _younger(self, fresh_s: float, patience_s: float) -> T:
        if self._age_s < fresh_s:
            return self._answer
        question = self._begin()
        wait_s = patience_s if self._age_s < self._max_age_s else self._wait_s
        left_s = self._asked_s + wait_s - time.monotonic()
        if left_s > 0:
            await asyncio.wait({question}, timeout=left_s)
        if self._age_s < self._max_age_s:
            return self._answer
        if question.done():
            question.result()
        raise StageUnavailable("a stage does not answer what it publishes")

    def _begin(self) -> asyncio.Task[None]:
        """The question under way, or a new one."""
        if self._question is None or self._question.done():
            # Nobody's question: Serve cancels the calls that were made in the context of a request with the request.
            self._question = asyncio.create_task(self._renew(), context=Context())
            self._asked_s = time.monotonic()
            self._question.add_done_callback(_retrieved)
        return self._question

    @property
    def _age_s(self) -> float:
        return time.monotonic() - self._answered_s

    async def _renew(self) -> None:
        self._answer = await self._ask()
        self._answered_s = time.monotonic()


def _retrieved(question: asyncio.Task[Any]) -> None:
    """Log a question that failed: its callers may have the old answer."""
    if not question.cancelled() and question.exception() is not None:
        logger.warning("asking for what is published failed: %s", question.exception())
