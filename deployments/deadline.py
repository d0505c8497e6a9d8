"""The deadline of a request, and the context that travels with it from stage to stage."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from deployments.errors import DeadlineExceeded
from deployments.types import Priority


@dataclass(frozen=True)
class Deadline:
    """An instant on this process's monotonic clock, in seconds.

    Clocks of two machines do not agree, so a deadline is pickled as the REMAINING time and restored on the receiver's
    clock. The transit is not counted, a few milliseconds per hop.
    """

    at_s: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        return cls(time.monotonic() + seconds)

    def remaining_s(self) -> float:
        """Seconds left; negative once the deadline has passed."""
        return self.at_s - time.monotonic()

    @property
    def expired(self) -> bool:
        return self.remaining_s() <= 0

    def sooner(self, reserve_s: float) -> Deadline:
        """Return the deadline less `reserve_s` for later stages."""
        return Deadline(self.at_s - reserve_s)

    def check(self, doing: str) -> None:
        """Raise DeadlineExceeded when no time is left: expired work is never computed."""
        if self.expired:
            raise DeadlineExceeded(f"the time budget was spent before {doing}")

    @asynccontextmanager
    async def limit(self, doing: str) -> AsyncIterator[None]:
        """Cancel the body at the deadline and raise DeadlineExceeded."""
        self.check(doing)
        try:
            async with asyncio.timeout(self.remaining_s()):
                yield
        except TimeoutError:
            raise DeadlineExceeded(f"the time budget was spent while {doing}") from None

    def __reduce__(self) -> tuple[Any, ...]:
        return Deadline.after, (self.remaining_s(),)


@dataclass
class Route:
    """The way of a call to a stage with several replicas, by Serve's ids of replicas. It stays with the caller.

    avoid: replicas that must not get the call, while there are others. The request router fills in `replica`, which got
    it, and `running`, those that it could choose from.
    """

    avoid: frozenset[str] = frozenset()
    replica: str = ""
    running: frozenset[str] = frozenset()

    def __reduce__(self) -> tuple[Any, ...]:
        return Route, ()


@dataclass(frozen=True)
class Call:
    """The context of a request inside a stage, beside the work itself."""

    deadline: Deadline
    priority: Priority = Priority.REALTIME
    request_id: str = field(default="")
    route: Route = field(default_factory=Route, compare=False)
