"""What the ingress counts for the policy, and the names under which it tells Serve's controller."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

REQUESTS: Final = "requests"
UNITS: Final = "units"
DONE: Final = "done"
_BUSY: Final = "busy_s."


class Demand:
    """Totals of one ingress replica since its start, see `policy.Traffic`."""

    def __init__(self) -> None:
        self._totals = {REQUESTS: 0.0, UNITS: 0.0, DONE: 0.0}

    def asked(self, units: float) -> None:
        """A request asks for entry, whether or not the gate lets it in."""
        self._add(REQUESTS, 1)
        self._add(UNITS, units)

    def answered(self, units: float, busy_s: Mapping[str, float]) -> None:
        """A request was answered in full. busy_s: of each deployment, the seconds of service that it took.

        What failed or was degraded has not shown what it costs: counted, an overload would make requests look cheap.
        """
        self._add(DONE, units)
        for deployment, seconds in busy_s.items():
            self._add(_BUSY + deployment, seconds)

    def totals(self) -> dict[str, float]:
        return dict(self._totals)

    def _add(self, name: str, value: float) -> None:
        self._totals[name] = self._totals.get(name, 0.0) + value


def busy_s(totals: Mapping[str, float]) -> dict[str, float]:
    """Of the totals, the seconds of service by deployment."""
    return {name.removeprefix(_BUSY): value for name, value in totals.items() if name.startswith(_BUSY)}


def is_total(name: str) -> bool:
    """Whether a reported value is one of these totals, and no signal of the ingress's own."""
    return name in (REQUESTS, UNITS, DONE) or name.startswith(_BUSY)
