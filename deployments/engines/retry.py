"""Retries of calls to an external server."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from deployments.deadline import Deadline

T = TypeVar("T")

_FIRST_PAUSE_S = 0.25
_LONGEST_PAUSE_S = 8.0


class Failure(Exception):
    """A call without a usable answer.

    status: of HTTP; None without an answer (`timed_out`, else the connection failed) or with an `unreadable` one.
    retry_after_s: as the server asks. param, text: the server's message, for decisions and the log, never for a client.
    """

    def __init__(
        self,
        status: int | None = None,
        *,
        timed_out: bool = False,
        unreadable: bool = False,
        retry_after_s: float | None = None,
        param: str = "",
        text: str = "",
    ) -> None:
        super().__init__(f"status {status}" if status else "unreadable" if unreadable else "no answer")
        self.status = status
        self.timed_out = timed_out
        self.unreadable = unreadable
        self.retry_after_s = retry_after_s
        self.param = param
        self.text = text

    @property
    def passing(self) -> bool:
        """Whether the same call may work later.

        A call that timed out is not repeated: the server may still work on it.
        """
        if self.status is None:
            return not (self.timed_out or self.unreadable)
        return self.status == 429 or (self.status >= 500 and self.status != 501)


async def with_retries(ask: Callable[[], Awaitable[T]], max_retries: int, deadline: Deadline) -> T:
    """Call `ask`, and again after passing failures while the deadline allows the pause. Raises Failure."""
    tries = 0
    while True:
        try:
            return await ask()
        except Failure as failure:
            pause_s = _pause_s(failure, tries)
            if tries >= max_retries or not failure.passing or pause_s >= deadline.remaining_s():
                raise
        tries += 1
        await asyncio.sleep(pause_s)


def _pause_s(failure: Failure, tries: int) -> float:
    """Return an exponential backoff with jitter, at least as long as the server asks."""
    pause_s = min(_FIRST_PAUSE_S * 2**tries, _LONGEST_PAUSE_S) * random.uniform(0.5, 1)  # noqa: S311 - no secret
    return max(pause_s, failure.retry_after_s or 0)
