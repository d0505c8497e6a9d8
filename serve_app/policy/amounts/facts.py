"""The numbers, prices and moments of an item, and whether a claim of a copy stands among them or follows from them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Final

from serve_app.policy.amounts.calendar_facts import CalendarFacts
from serve_app.policy.amounts.claims import UNITS, Bound, Claim, Day, Deal, Free, Money, Number, Ratio, Reading, Time
from serve_app.policy.amounts.inferred import Inferred
from serve_app.policy.amounts.multiples import Change, Multiple, changes_of, is_denied, times_of
from serve_app.policy.amounts.price_units import Price, Units, is_changed, is_share, prices_of
from serve_app.policy.amounts.ranges import Values

_MOST_PRICES: Final = 12
"""Of more prices no discount is worked out: a list, not an offer."""
_FEW_PRICES: Final = 3
"""Of so few prices a copy may say the difference, or a year's sum, in any words."""
_MOST_YEARS: Final = 12
_NEIGHBOURS: Final = 80  # characters between a part and its whole: 12,000 of the 48,000
_OF: Final = 12  # characters from "half" to the number that it is of
_CONVERTED: Final = 0.015  # a month of 30 days
_PERCENT_ROUNDED: Final = 0.6
_FRACTION_ROUNDED: Final = 1.01  # a third is 33%
_SENTENCE: Final = re.compile(r"[.;:!?。\uff01\uff1f\uff1b\uff1a\n]")
_COMMA: Final = re.compile(r"[,،、]")
_LAST: Final = re.compile(r"(?:^| )(?:and|y|e|и|und|et|और|&) | و|[和与與及]")
_LONGEST_ITEM: Final = 40
_SHORT_ITEM: Final = 12
_LONGEST_LIST: Final = 12
_PAIR: Final = re.compile(r"\b[A-ZÀ-ÞА-Я]\w+(?: [A-ZÀ-ÞА-Я]\w+)? (?:and|y|e|и|und|et|&) [A-ZÀ-ÞА-Я]\w+")
_MOST_NAMED: Final = 200  # claims among which the nearest is looked for


class Facts:
    """What an item says. claims: of its text. amounts: claims of metadata that names a price or a discount.

    currencies: of those amounts; None where the item does not say. free: whether a word of the item says "free".
    """

    def __init__(
        self,
        text: str,
        claims: Sequence[Claim],
        amounts: Sequence[Claim] = (),
        currencies: frozenset[str] | None = None,
        free: bool = False,
    ) -> None:
        self.calendar = CalendarFacts(claims, text)
        self.inferred = Inferred(text, claims)
        self._text, self._claims = text, claims
        readings = [reading for claim in claims for reading in claim.readings]
        numbers = [r for r in readings if isinstance(r, Number) and not r.rough]
        money = [r for r in readings if isinstance(r, Money)]
        priced = [r for claim in amounts for r in claim.readings if isinstance(r, (Number, Money))]
        own = {r.value for r in priced if isinstance(r, Money) and r.currencies}
        prices = [r.value for r in priced]
        money += [Money(value, "", currencies) for value in prices if value not in own]
        self._priced = [value for claim in amounts for value in _first_value(claim)]
        self.has_prices = bool(money)
        self._free = free or any(r.value == 0 for r in money) or any(isinstance(r, Free) for r in readings)
        self._deals = {r.text for r in readings if isinstance(r, Deal)}
        self._rough = {r.value for r in readings if isinstance(r, Number) and r.rough}
        self._fill_numbers(numbers, money, readings)
        self._fill_money(money, [n for n in numbers if currencies is None or n.value not in prices])
        self._fill_ratios([r for r in readings if isinstance(r, Ratio)], prices)

    def _fill_numbers(self, numbers: Sequence[Number], money: Sequence[Money], readings: Sequence[Reading]) -> None:
        derived: list[tuple[float, Bound]] = [(float(n), "") for n in _list_lengths(self._text)]
        derived += [(m.value, m.bound) for m in money]
        derived += [(part, "") for part in self._shares()]
        derived += [(float(y), "") for y in self.calendar.years]
        derived += [(y // 100 + (1.0 if y % 100 else 0.0), "") for y in self.calendar.years]  # its century
        derived += [(float(d), "") for d in self.calendar.numbers_of_days]
        derived += [
            (float(r.text.split("x")[n]), "") for r in readings if isinstance(r, Deal) for n in (0, 1) if _plain(r)
        ]
        derived += [(r.percent, r.bound) for r in readings if isinstance(r, Ratio) and r.exact]
        unitless = [(n.value, n.bound) for n in numbers if not n.unit]
        self._all = Values([*((n.value, n.bound) for n in numbers), *derived])
        self._unitless = Values([*unitless, *derived])
        by_kind: dict[str, list[tuple[float, Bound]]] = {}
        for number in numbers:
            if number.unit:
                kind, factor = UNITS[number.unit]
                by_kind.setdefault(kind, []).append((number.value * factor, number.bound))
        by_kind.setdefault("time", []).extend(self._durations())
        self._by_kind = {kind: Values(values) for kind, values in by_kind.items()}
        self._named_units = {(UNITS[n.unit][0]) for n in numbers if n.unit}

    def _durations(self) -> Iterable[tuple[float, Bound]]:
        """Yield those from one day, time or year of the item to another, in seconds."""
        for one, other in pairwise(self._claims):  # 2 hours 47 minutes
            long, short = one.readings[0] if one.readings else None, other.readings[0] if other.readings else None
            if not isinstance(long, Number) or not isinstance(short, Number) or other.start - one.end > _OF:
                continue
            if (long.unit, short.unit) == ("hour", "minute"):
                yield 3600 * long.value + 60 * short.value, ""
        day, hour, year = (UNITS[unit][1] for unit in ("day", "hour", "year"))
        last_day: Day | None = None
        last_time: Time | None = None
        for reading in (r for claim in self._claims for r in claim.readings[:1]):
            if isinstance(reading, Day) and reading.day and reading.month:
                if last_day and last_day.month == reading.month and last_day.day and reading.day > last_day.day:
                    yield from (((reading.day - last_day.day + n) * day, "") for n in (0, 1))
                last_day = reading
            elif isinstance(reading, Time):
                if last_time:
                    yield ((reading.minute - last_time.minute) % 1440) / 60 * hour, ""
                last_time = reading
        years = sorted(self.calendar.years)[:_MOST_YEARS]
        yield from (((late - early) * year, "") for early in years for late in years if late > early)

    def _fill_money(self, money: Sequence[Money], numbers: Sequence[Number]) -> None:
        """By currency; a sum of unknown currency, and a number such as 9.95 with no unit, may be of any."""
        self._money_values = sorted({m.value for m in money if not m.off})[: _MOST_PRICES + 1]
        few = self._money_values if len(self._money_values) <= _MOST_PRICES else []
        differences: list[tuple[float, Bound]] = [(high - low, "") for low in few for high in few if high > low]
        self._saved = Values([*differences, *((m.value, m.bound) for m in money)])
        by_code: dict[str, list[tuple[float, Bound]]] = {}
        for sum_ in money:
            for code in sum_.currencies or ("",):
                by_code.setdefault(code, []).append((sum_.value, sum_.bound))
        derived = self._derived_prices()
        for values in by_code.values():
            values.extend(derived)
        by_code.setdefault("", []).extend(
            (n.value, n.bound) for n in numbers if not n.unit and round(n.value, 2) == n.value != int(n.value)
        )
        self._money = {code: Values(values) for code, values in by_code.items()}
        self._any_money = Values([pair for values in by_code.values() for pair in values])

    def _derived_prices(self) -> list[tuple[float, Bound]]:
        """Return the differences of prices, "€3.50 more" or "$1,760 short", and a year of monthly ones.

        Of many prices only those that stand side by side are compared.
        """
        likely = [c.readings[0].value for c in self._claims if isinstance(c.readings[0], Money)]
        few = sorted({*likely, *self._priced})
        pairs = list(pairwise(likely))
        if len(few) <= _FEW_PRICES:
            pairs += [(low, high) for low in few for high in few]
        years = [12 * value for value in few] if len(few) <= _FEW_PRICES else []
        return [(round(value, 2), "") for value in {*(abs(one - other) for one, other in pairs), *years} if value]

    def _fill_ratios(self, ratios: Sequence[Ratio], prices: Sequence[float]) -> None:
        few = self._money_values if len(self._money_values) <= _MOST_PRICES else []
        off = [(100 * (high - low) / high, "") for low in few for high in few if high > low]
        said: list[tuple[float, Bound]] = [(r.percent, r.bound) for r in ratios]
        said += [(value, "") for value in prices if value <= 100]
        parts = [(100 * part / whole, "") for part, whole in self._parts()]
        self._ratios = Values([*said, *parts])  # type: ignore[list-item]
        self._off = Values([*said, *off])  # type: ignore[list-item]

    def _parts(self) -> Iterable[tuple[float, float]]:
        """Yield two numbers that stand near each other, the smaller one first."""
        for one, other in zip(self._claims, self._claims[1:], strict=False):
            if other.start - one.end > _NEIGHBOURS:
                continue
            pair = [next((r for r in claim.readings if isinstance(r, Number)), None) for claim in (one, other)]
            if pair[0] and pair[1]:
                low, high = sorted((pair[0].value, pair[1].value))
                if 0 < low < high and pair[0].unit == pair[1].unit == "":
                    yield low, high

    def _shares(self) -> Iterable[float]:
        """Yield what a share of a number comes to: half of the 40 is 20."""
        for one, other in zip(self._claims, self._claims[1:], strict=False):
            share, whole = one.readings[0], other.readings[0]
            if isinstance(share, Ratio) and isinstance(whole, Number) and other.start - one.end < _OF:
                yield share.percent * whole.value / 100

    def holds(self, claim: Claim) -> bool:
        """Whether one reading of the claim is true of the item."""
        return any(self._holds(reading) for reading in claim.readings)

    def denies(self, multiple: Multiple) -> bool:
        """Whether the item says how much became how much, and it is not so many times."""
        return multiple.times not in self._times and is_denied(multiple, self._changes)

    @cached_property
    def _times(self) -> frozenset[int]:
        return times_of(self._text)

    @cached_property
    def _changes(self) -> Sequence[Change]:
        return changes_of(self._text, self._claims)

    def holds_price(self, claim: Claim, units: Units) -> bool:
        """Whether the item has the price, for no other unit than the copy says. units: of `units_of`."""
        if units and is_share(claim, units, self._prices):
            return True
        return self.holds(claim) and not (units and is_changed(claim, units, self._prices))

    @cached_property
    def _prices(self) -> Sequence[Price]:
        return prices_of(self._text, self._claims, self._priced)

    def _holds(self, reading: Reading) -> bool:
        if isinstance(reading, Number):
            return self._holds_number(reading)
        if isinstance(reading, Ratio):
            known = self._off if reading.off else self._ratios
            return _holds_percent(known, reading)
        if isinstance(reading, Money):
            return self._holds_money(reading)
        if isinstance(reading, Free):
            return self._free
        if isinstance(reading, Deal):
            sides = [float(n) for n in reading.text.split("x")] if _plain(reading) else []
            return reading.text in self._deals or (
                not self._deals and bool(sides) and all(self._all.holds(side, "") for side in sides)
            )
        return self.calendar.holds(reading)

    def _holds_number(self, number: Number) -> bool:
        value, bound = number.value, number.bound
        if number.rough:
            return value in self._rough or self._all.between(0.75 * value, 1000 * value)
        tolerance = number.margin
        if not number.unit:
            return self._all.holds(value, bound, tolerance)
        kind, factor = UNITS[number.unit]
        if self._unitless.holds(value, bound, tolerance):
            return True
        known = self._by_kind.get(kind)
        if known and known.holds(value * factor, bound, max(tolerance, _CONVERTED)):
            return True
        return kind == "times" and self._all.holds(value, bound, tolerance)

    def _holds_money(self, money: Money) -> bool:
        if money.value == 0 and self._free:
            return True
        if money.off:
            return self._saved.holds(money.value, money.bound)
        if money.currencies is None:
            return self._any_money.holds(money.value, money.bound)
        return any(
            self._money[code].holds(money.value, money.bound) for code in (*money.currencies, "") if code in self._money
        )

    def nearest(self, claim: Claim) -> str:
        """Return the words of the item's claim that is nearest to this one; empty where it has none of the kind."""
        same = [c for c in self._claims[:_MOST_NAMED] if c.subject == claim.subject]
        if not same and claim.subject == "price" and self._money_values:
            value = next((f for f in claim.readings[0] if isinstance(f, float)), 0.0)
            return f"{min(self._money_values, key=lambda one: abs(one - value)):.12g}"
        if not same:
            return ""
        wanted = claim.readings[0]

        def distance(other: Claim) -> float:
            its = other.readings[0]
            if type(its) is not type(wanted):
                return float("inf")
            values = [next((f for f in r if isinstance(f, (int, float)) and f), 0.0) for r in (its, wanted)]
            return abs(values[0] - values[1])

        best = min(same, key=distance)
        return self._text[best.start : best.end]


def _first_value(claim: Claim) -> Iterable[float]:
    return (reading.value for reading in claim.readings[:1] if isinstance(reading, (Number, Money)))


def _plain(deal: Deal) -> bool:
    return all(side.isdecimal() for side in deal.text.split("x"))


def _holds_percent(known: Values, ratio: Ratio) -> bool:
    if ratio.bound:
        return known.holds(ratio.percent, ratio.bound)
    if not ratio.exact:
        return known.between(ratio.percent - _FRACTION_ROUNDED, ratio.percent + _FRACTION_ROUNDED)
    if known.holds(ratio.percent, ""):
        return True
    near = known.values_between(ratio.percent - _PERCENT_ROUNDED, ratio.percent + _PERCENT_ROUNDED)
    return any(value != int(value) for value in near)


def _list_lengths(text: str) -> set[int]:
    """Count what the text lists: "Ana, Bo and Chris" are three."""
    lengths = {2} if _PAIR.search(text) else set()
    for sentence in _SENTENCE.split(text):
        items = [item.strip() for item in _COMMA.split(sentence)]
        run = 1  # of items, the first of which may begin with other words, as the last may end with them
        for n, item in enumerate(items[1:], start=1):
            run += 1
            last = _LAST.search(f" {item[:_LONGEST_ITEM]}")
            if last:
                lengths.add(run + 1 if last.start() else run)
            elif "、" in sentence or (n == len(items) - 1 and all(len(one) <= _SHORT_ITEM for one in items)):
                lengths.add(run)
            if last or len(item) > _LONGEST_ITEM:
                run = 0
    return {n for n in lengths if n <= _LONGEST_LIST}
