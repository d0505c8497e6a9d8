"""What a text says of numbers, prices and moments. Imports nothing of the package."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

Subject = Literal["number", "price", "date"]
Bound = Literal["", "about", "nearly", "over", "under", "atleast", "atmost"]


class Number(NamedTuple):
    """A plain number. unit: "" where none is known. margin: the relative error that a short form such as 1.2M has.

    rough: of words such as "thousands", that only say how many figures there are.
    """

    value: float
    bound: Bound = ""
    unit: str = ""
    margin: float = 0.0
    rough: bool = False


class Ratio(NamedTuple):
    """A share in percent. off: of a price, taken off it. exact: no fraction such as a third, which 33% is too."""

    percent: float
    bound: Bound = ""
    off: bool = False
    exact: bool = True


class Money(NamedTuple):
    """A sum of money. currencies: those that the text may mean; None for any. off: taken off a price."""

    value: float
    bound: Bound = ""
    currencies: frozenset[str] | None = None
    off: bool = False


class Free(NamedTuple):
    """Nothing is to pay."""


class Deal(NamedTuple):
    """An offer by count, such as 3x2."""

    text: str


class Day(NamedTuple):
    """A day, a month or a year: what is not said is None. last: the last day that it may be, for a part of a month."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    last: int | None = None


class Weekday(NamedTuple):
    """Monday is 1, the weekend 8."""

    number: int


class NthWeekday(NamedTuple):
    """The first Monday of December."""

    month: int
    weekday: int
    nth: int


class Decade(NamedTuple):
    """The first year, 1980, or without its century, 80."""

    year: int


class Time(NamedTuple):
    """A time of day in minutes. sure: morning and evening are told apart. side: before or after it."""

    minute: int
    sure: bool
    side: Literal["", "before", "after"] = ""


class Named(NamedTuple):
    """A moment that only the item's own word grounds: "tomorrow", "this summer"."""

    name: str


Reading = Number | Ratio | Money | Free | Deal | Day | Weekday | NthWeekday | Decade | Time | Named


class Claim(NamedTuple):
    """One statement with all its readings: one that the item has is enough.

    sure: whether an ungrounded one is surely a fault. counted: whether what follows the number says what is counted.
    weak: of a word that mostly means something else, such as "Sun": it grounds, and claims nothing in a copy.
    """

    subject: Subject
    readings: tuple[Reading, ...]
    start: int
    end: int
    sure: bool = True
    counted: bool = False
    weak: bool = False


# A unit: what it measures, and how much of it in the base unit.
UNITS: Final[Mapping[str, tuple[str, float]]] = {
    "second": ("time", 1.0),
    "minute": ("time", 60.0),
    "hour": ("time", 3_600.0),
    "day": ("time", 86_400.0),
    "week": ("time", 7 * 86_400.0),
    "fortnight": ("time", 14 * 86_400.0),
    "month": ("time", 365.25 / 12 * 86_400),
    "year": ("time", 365.25 * 86_400),
    "decade": ("time", 3_652.5 * 86_400),
    "century": ("time", 36_525 * 86_400.0),
    "millimetre": ("length", 0.001),
    "centimetre": ("length", 0.01),
    "inch": ("length", 0.0254),
    "metre": ("length", 1.0),
    "kilometre": ("length", 1_000.0),
    "mile": ("length", 1_609.344),
    "gram": ("mass", 0.001),
    "kilogram": ("mass", 1.0),
    "tonne": ("mass", 1_000.0),
    "millilitre": ("volume", 0.001),
    "litre": ("volume", 1.0),
    "times": ("times", 1.0),
}
