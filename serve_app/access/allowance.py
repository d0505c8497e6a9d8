"""What is left to a tenant: of its rate, a token bucket, and of its day.

Both count work, in candidates (`flow/work.py`), and this ingress replica alone. A request starts while anything is left
and takes all its work at once. What it takes beyond that is paid back first: so a request may be larger than the burst,
and the rate still holds on average.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pydantic import Field

from deployments.errors import Overloaded
from deployments.settings import Settings

# Why a request is refused: the `shed` of Overloaded, beside those of the admission gate.
RATE, QUOTA = "tenant_rate", "tenant_quota"
DAY_S = 86_400


class Rate(Settings):
    """Work that a tenant may start: `units_per_s` in the long run, `burst_units` at once after a pause."""

    units_per_s: float = Field(gt=0)
    burst_units: float = Field(gt=0)


class Allowance:
    """Of one tenant. `take` is called on one event loop; `set_limits` may come from another thread.

    rate, daily_units: None for no limit. clock: seconds that only grow. now: seconds since 1970; days are UTC's.
    """

    def __init__(
        self,
        rate: Rate | None = None,
        daily_units: float | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._clock, self._now = clock, now
        self._rate, self._daily_units = rate, daily_units
        self._filled = rate.burst_units if rate else 0.0
        self._filled_at_s = clock()
        self._day, self._used = int(now() // DAY_S), 0.0

    def set_limits(self, rate: Rate | None, daily_units: float | None) -> None:
        """Take other limits. What was used stays used; a rate that is new begins with a full burst."""
        if rate is not None and self._rate is None:
            self._filled, self._filled_at_s = rate.burst_units, self._clock()
        self._rate, self._daily_units = rate, daily_units

    @contextmanager
    def charged(self, units: float) -> Iterator[None]:
        """Take the work for the body; give it back if the gate of the service refused it. Raises Overloaded."""
        self._take(units)
        try:
            yield
        except Overloaded as error:
            if error.shed:  # nothing was computed
                self._take(-units)
            raise

    def _take(self, units: float) -> None:
        rate, daily_units = self._rate, self._daily_units
        now_s = self._now()
        if int(now_s // DAY_S) != self._day:
            self._day, self._used = int(now_s // DAY_S), 0.0
        if rate is not None:
            self._fill(rate)
        if units > 0:
            if daily_units is not None and self._used >= daily_units:
                left_s = DAY_S - now_s % DAY_S
                raise Overloaded(f"the tenant's {daily_units:g} units of the day are used up", left_s, QUOTA)
            if rate is not None and self._filled <= 0:
                pause_s = (1 - self._filled) / rate.units_per_s
                raise Overloaded(f"the tenant's rate of {rate.units_per_s:g} units/s is used up", pause_s, RATE)
        self._used = max(0.0, self._used + units)
        self._filled -= units

    def _fill(self, rate: Rate) -> None:
        at_s = self._clock()
        grown = self._filled + rate.units_per_s * (at_s - self._filled_at_s)
        self._filled, self._filled_at_s = min(rate.burst_units, grown), at_s
