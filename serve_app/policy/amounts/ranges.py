"""Which values a claim with its rounding word covers. Pure arithmetic over sorted lists."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import Final

from serve_app.policy.amounts.claims import Bound

_EXACT: Final = 1e-6
_ABOUT: Final = 0.1
_NEARLY: Final = 0.15
_FAR: Final = 2.0
"""`over 100` is said of 180, not of 2,300."""
_AT_LIMIT: Final[dict[str, frozenset[str]]] = {
    "over": frozenset(("over", "atleast")),
    "under": frozenset(("under", "nearly", "atmost")),
}

Known = tuple[float, Bound]


class Values:
    """Sorted values of an item, each with the rounding word that it has there."""

    def __init__(self, known: Iterable[Known]) -> None:
        self._known = sorted(set(known))
        self.values = [value for value, _ in self._known]

    def holds(self, value: float, bound: Bound, tolerance: float = _EXACT) -> bool:
        """Whether one of them is as the claim says: at `value`, or on the right side of it."""
        low, high = _limits(value, bound, tolerance)
        first, last = bisect_left(self.values, low), bisect_right(self.values, high)
        if bound not in _AT_LIMIT and bound != "nearly":
            return first < last
        return any(_fits(self._known[n], value, bound) for n in _ends(first, last, self.values, value))

    def values_between(self, low: float, high: float) -> list[float]:
        return self.values[bisect_left(self.values, low) : bisect_right(self.values, high)]

    def between(self, low: float, high: float) -> bool:
        return bisect_left(self.values, low) < bisect_right(self.values, high)


def _ends(first: int, last: int, values: Sequence[float], value: float) -> range | list[int]:
    """Return the places at the limit, of which the rounding word matters, and one place inside."""
    if last - first <= 8:
        return range(first, last)
    inside = [n for n in (first, last - 1) if not _same(values[n], value)]
    return inside or list(range(first, first + 8))


def _fits(known: Known, value: float, bound: Bound) -> bool:
    its_value, its_bound = known
    if not _same(its_value, value):
        return True
    if bound == "nearly":
        return its_bound not in ("over", "atleast")
    return its_bound in _AT_LIMIT[bound]


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= _EXACT * max(1.0, abs(other))


def _limits(value: float, bound: Bound, tolerance: float) -> tuple[float, float]:
    margin = max(tolerance, _EXACT) * abs(value)
    if bound == "about":
        return value * (1 - _ABOUT), value * (1 + _ABOUT)
    if bound == "nearly":
        return value * (1 - _NEARLY), value + margin
    if bound in ("over", "atleast"):
        return value - _EXACT, value * _FAR
    if bound in ("under", "atmost"):
        return value / _FAR, value + _EXACT
    return value - margin, value + margin
