"""What a reader counts or works out from an item that does not say it, and whether the item says otherwise."""

# ruff: noqa: RUF001 - the marks and letters of other scripts are meant

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import combinations
from typing import Final

import regex

from serve_app.policy.amounts.claims import UNITS, Bound, Claim, Day, Decade, Money, Number, Ratio, Time, Weekday
from serve_app.policy.amounts.ranges import Values
from serve_app.policy.amounts.series import last_days
from serve_app.policy.text import bare

_COUNTED: Final = 5
"""The most things that a reader is likely to have counted in a text or a picture."""
_MOST_CLAIMS: Final = 500
_MOST_NUMBERS: Final = 12
_MOST_TIMES: Final = 12
_NEAR: Final = 2  # claims from one number to another from which it is taken
_WHOLE: Final = 100  # from as much as this any part is taken, from less only one of its size
_PART: Final = 0.1
_ROUNDED: Final = 0.05
_VAGUE: Final = 0.15
_PART_ROUNDED: Final = 0.002
_THIS_YEAR: Final = (2015, 2035)  # "300 years ago" is said of 1690
_YEARS: Final = range(1000, 2101)
_YEAR: Final = UNITS["year"][1]
_BY_CHANCE: Final = 20  # what two numbers come to may be as much without being meant
_PRODUCT: Final = "product"
_DAY: Final = UNITS["day"][1]

_TIME: Final = regex.compile(r"(?<![\d:.,])(\d{1,3})(?:[:.]| ?h ?)(\d{2})(?! ?[ap]\.?m|[\d:.,]\d)")
_TWELVE_HOURS: Final = regex.compile(r"(?<![\d:.,])(\d{1,2})(?:[:.](\d{2}))? ?([ap])\.?m", regex.IGNORECASE)
_FINISH: Final = regex.compile(r"(?<![\d:.,])(\d{1,2}):([0-5]\d):([0-5]\d)(?![\d:])")
_OPENING: Final = 8  # characters from the first hour to the last: from 8 to 10 pm
_AFTER: Final = 48  # characters that say what is counted
_BEFORE: Final = 32
_END: Final = regex.compile(r"[.,;:!?()。、，！？；：…\n—–]|\s(?:and|y|e|и|und|et|और)\s")
_WORD: Final = regex.compile(
    r"[\p{Han}\p{Katakana}]|[[\p{L}\p{M}]--[\p{Han}\p{Katakana}\p{Hiragana}]]{3,}", regex.VERSION1
)
_NAME: Final = regex.compile(r"(?<=\s\S+\s)\p{Lu}\p{Ll}+")
_BESIDE: Final = regex.compile(r"[\p{L}\p{M}]+ [\p{L}\p{M}]+ $")
_PEOPLE: Final = regex.compile(
    r"\b(?:people|persons?|friends?|guests?|personas?|amig[oa]s?|pessoas?|человека?|люд(?:ей|и|ям)|друзей|друга"
    r"|двое|трое|четверо|пятеро|लोग|लोगों|दोस्त|दोस्तों|أشخاص|أصدقاء)\b|[人名位]",
    regex.IGNORECASE,
)
_UNSPACED: Final = regex.compile(r"[\p{Han}\p{Katakana}]")
_NOUNS: Final = 2
_SMALL_WORDS: Final = frozenset(
    regex.findall(
        r"\S+",
        """
    the for are was has had have his her their its our your you they them who that this with from into will than more
    other others not all out only one
    los las del que con por para sus una uno más sin fue son como dos das com uma mais são foi nos nas
    как что это для его они все был были или при над под ещё
    der die das mit von les des est sont avec pour dans sur
    वाले लिए यह वह थे है हैं में की के को से पर من في على إلى التي الذي هذا هذه عن مع
    """,
    )
)
_OTHERS: Final = (
    r"other|others|more|another|otros|otras|más|outros|outras|mais|andere|anderen|weitere|autres|altri|altre|diğer"
    r"|другие|других|ещё|अन्य|और|أخرى|آخرين|其他|其余|另外|他の|ほかの"
)
_OTHERS_AFTER: Final = regex.compile(rf"\s?(?:{_OTHERS})(?!\p{{L}})", regex.IGNORECASE)
_OTHERS_BEFORE: Final = regex.compile(rf"(?<!\p{{L}})(?:{_OTHERS})\s?$", regex.IGNORECASE)
_COUNTS: Final = regex.compile(r" ?\p{L}")
_HOUR: Final = regex.compile(r"\s?(?:[時时点點]|(?:h|hrs?|Uhr|ч|час|часов|बजे)\b)")
_ACROSS: Final = regex.compile(r"(?:over|past|sobre|über|через)\s", regex.IGNORECASE)


class Inferred:
    """claims: of the item's text. Read when a copy has the first number that the item does not say."""

    def __init__(self, text: str, claims: Sequence[Claim]) -> None:
        self._text, self._claims = text, claims[:_MOST_CLAIMS]

    def follows(self, claim: Claim, text: str) -> bool:
        """Whether the number may have been counted or worked out. text: the copy's, in which the claim stands."""
        if any(isinstance(reading, Weekday) for reading in claim.readings):
            return False
        for reading in claim.readings:
            if isinstance(reading, Ratio) and self._ratio_follows(reading):
                return True
            if isinstance(reading, Number) and self._number_follows(reading, claim, text):
                return True
            if isinstance(reading, Money) and self._parts.holds(reading.value, reading.bound, _PART_ROUNDED):
                return True
            if isinstance(reading, Day) and (reading.month, reading.day) in self._last_days:
                return True
        return False

    def _ratio_follows(self, ratio: Ratio) -> bool:
        """Half of something is often no number. 94% is what six in a hundred leave."""
        if not self._ratios:
            return ratio.percent == 50
        return any(not known.exact and abs(100 - known.percent - ratio.percent) < 1 for known in self._ratios)

    def _number_follows(self, number: Number, claim: Claim, text: str) -> bool:
        value = number.value
        if not number.unit and self._are_the_others(value, claim, text):
            return True
        if number.bound == "over" and _ACROSS.match(text, claim.start) and self._says(value, number.unit):
            return True
        if not number.unit and value <= _COUNTED and value == int(value):
            return not self._is_denied(claim, text)
        return self._is_span(number) or self._is_hour(value, claim, text) or self._is_result(number, claim, text)

    def _is_span(self, number: Number) -> bool:
        kind, factor = UNITS[number.unit] if number.unit else ("", 1.0)
        seconds = number.value * factor
        return kind == "time" and (self._spans.holds(seconds, number.bound, _ROUNDED) or self._is_age(number, seconds))

    def _is_hour(self, value: float, claim: Claim, text: str) -> bool:
        bare_or_hour = not _counts(claim, text) or _HOUR.match(text, claim.end)
        return bool(bare_or_hour) and value in self._hours

    def _is_result(self, number: Number, claim: Claim, text: str) -> bool:
        if not (_counts(claim, text) or any(map(_is_currency, text[max(0, claim.start - 1) : claim.start + 1]))):
            return False  # an age, a score
        if number.value < _BY_CHANCE and self._is_denied(claim, text):
            return False
        kind, factor = UNITS[number.unit] if number.unit else (_PRODUCT, 1.0)
        bound = number.bound if number.bound in ("about", "nearly") else ""
        known = (("", number.value), (kind, number.value * factor))
        if number.value >= _BY_CHANCE and self._parts.holds(known[1][1], bound, _PART_ROUNDED):
            return True
        return any(key in self._results and self._results[key].holds(value, bound) for key, value in known)

    def _are_the_others(self, value: float, claim: Claim, text: str) -> bool:
        """Sixteen others, of seventeen."""
        if not self._says(value + 1):
            return False
        before = text[max(0, claim.start - _BEFORE) : claim.start]
        return bool(_OTHERS_AFTER.match(text, claim.end) or _OTHERS_BEFORE.search(before))

    def _says(self, value: float, unit: str = "") -> bool:
        return any(number.value == value and unit in ("", number.unit) for _, number in self._numbers)

    def _is_denied(self, claim: Claim, text: str) -> bool:
        """Whether the item has another number of the same."""
        return bool(self._counted) and not self._counted.isdisjoint(_beside(text, claim))

    @cached_property
    def _counted(self) -> frozenset[str]:
        return frozenset(
            word
            for claim in self._claims
            if claim.subject == "number" and any(isinstance(r, Number) for r in claim.readings)
            for word in _beside(self._text, claim)
        )

    @cached_property
    def _ratios(self) -> list[Ratio]:
        return [r for claim in self._claims for r in claim.readings[:1] if isinstance(r, Ratio)]

    @cached_property
    def _numbers(self) -> list[tuple[int, Number]]:
        """The first numbers of the item, each with its place among the claims."""
        found: list[tuple[int, Number]] = []
        for at, claim in enumerate(self._claims):
            for reading in claim.readings[:1]:
                if isinstance(reading, Money):
                    found.append((at, Number(reading.value)))
                elif isinstance(reading, Number) and not reading.rough:
                    found.append((at, reading))
            if len(found) == _MOST_NUMBERS:
                break
        return found

    @cached_property
    def _results(self) -> dict[str, Values]:
        """What two numbers of the item that stand near each other come to, by what they measure."""
        found: dict[str, list[tuple[float, Bound]]] = {}
        for (at, one), (its_at, other) in combinations(self._numbers, 2):
            kind, results = _worked_out(one, other, its_at - at)
            found.setdefault(kind, []).extend((round(result, 6), "") for result in results)
            if its_at - at == 1:  # 30 days of 100
                found.setdefault(_PRODUCT, []).append((one.value * other.value, ""))
            low, high = sorted((one.value, other.value))
            if low and one.unit == other.unit and high / low == high // low:
                found.setdefault("", []).append((high / low, ""))
        return {kind: Values(values) for kind, values in found.items()}

    @cached_property
    def _parts(self) -> Values:
        """A third of a number or a sum of the item that says "a third", and the other two."""
        shares = {r.percent for r in self._ratios[:_MOST_TIMES]}
        wholes = {number.value * (UNITS[number.unit][1] if number.unit else 1.0) for _, number in self._numbers}
        return Values((whole * part / 100, "") for whole in wholes for n in shares for part in (n, 100 - n) if part > 0)

    @cached_property
    def _last_days(self) -> frozenset[tuple[int, int]]:
        return last_days(self._claims)

    @cached_property
    def _years(self) -> list[int]:
        readings = [reading for claim in self._claims for reading in claim.readings]
        years = {r.year for r in readings if isinstance(r, Day) and r.year}
        years |= {int(r.value) for r in readings if isinstance(r, Number) and not r.unit and int(r.value) in _YEARS}
        return sorted(years)[:_MOST_TIMES]

    def _is_age(self, number: Number, seconds: float) -> bool:
        years = seconds / _YEAR
        low, high = (limit - years for limit in _THIS_YEAR)
        margin = years * (_VAGUE if number.bound else _ROUNDED)
        return years > 1 and any(low - margin <= year <= high + margin for year in self._years)

    @cached_property
    def _written_times(self) -> list[int]:
        """In minutes, or in seconds."""
        written = [match for match, _ in zip(_TIME.finditer(self._text), range(_MOST_TIMES), strict=False)]
        halves = [match for match, _ in zip(_TWELVE_HOURS.finditer(self._text), range(_MOST_TIMES), strict=False)]
        read = [r.minute for claim in self._claims for r in claim.readings if isinstance(r, Time)][:_MOST_TIMES]
        times = {60 * int(match[1]) + int(match[2]) for match in written}
        times |= {60 * (int(match[1]) % 12 + 12 * (match[3] in "pP")) + int(match[2] or 0) for match in halves}
        return sorted({*times, *read, *self._opening_hours()})

    @cached_property
    def _finishes(self) -> list[int]:
        """The seconds of times such as 2:04:56."""
        written = zip(_FINISH.finditer(self._text), range(_MOST_TIMES), strict=False)
        return [3600 * int(match[1]) + 60 * int(match[2]) + int(match[3]) for match, _ in written]

    def _opening_hours(self) -> Iterator[int]:
        """Yield the first of two hours, in minutes of either half of the day: from 8 to 10 pm."""
        for one, other in zip(self._claims, self._claims[1:], strict=False):
            hour = next((r.value for r in one.readings if isinstance(r, Number) and not r.unit), 0.0)
            if 0 < hour <= 24 and other.start - one.end < _OPENING and isinstance(other.readings[0], Time):
                yield from (int(60 * hour), int(60 * hour + 720) % 1440)

    @cached_property
    def _hours(self) -> frozenset[float]:
        """The hours of times, and the 60 of "over-60s"."""
        figures = {float(n) for t in self._written_times for n in (t // 60, (t // 60 - 1) % 12 + 1)}
        return frozenset(figures | {float(r.year) for c in self._claims for r in c.readings if isinstance(r, Decade)})

    @cached_property
    def _spans(self) -> Values:
        """Seconds between two times, weekdays or years, and in a length such as 2:58, which may have hours."""
        times = list(self._written_times)
        times += [late - early for early, late in combinations(times, 2)]
        days = [r.number for claim in self._claims for r in claim.readings[:1] if isinstance(r, Weekday)][:_MOST_TIMES]
        spans = [(float(time * unit), "") for time in times for unit in (1, 60)]
        spans += [((late - early) % 7 * _DAY + n * _DAY, "") for early, late in combinations(days, 2) for n in (0, 1)]
        spans += [((late - early) * _YEAR, "") for early, late in combinations(self._years, 2)]
        spans += [(float(abs(one - other)), "") for one, other in combinations(self._finishes, 2)]
        return Values(spans)  # type: ignore[arg-type]


def _counts(claim: Claim, text: str) -> bool:
    return claim.counted or bool(_COUNTS.match(text, claim.end))


def _is_currency(char: str) -> bool:
    return unicodedata.category(char) == "Sc"


def _worked_out(one: Number, other: Number, distance: int) -> tuple[str, Iterator[float]]:
    """Return what two numbers measure, and their difference and sum as far as they are likely to be meant."""
    units = {number.unit for number in (one, other)} - {""}
    kinds = {UNITS[unit][0] for unit in units}
    unlike = units and "" in (one.unit, other.unit) and distance > 1 and max(one.value, other.value) < _WHOLE
    if distance > _NEAR or len(kinds) > 1 or unlike:
        return "", iter(())
    kind, factor = UNITS[min(units)] if units else ("", 1.0)
    values = [number.value * (UNITS[number.unit][1] if number.unit else factor) for number in (one, other)]
    return kind, _results(min(values), max(values), adjacent=distance == 1)


def _results(low: float, high: float, *, adjacent: bool) -> Iterator[float]:
    if low < high and (high >= _WHOLE or low >= _PART * high):
        yield high - low
    if adjacent:
        yield low + high


def _beside(text: str, claim: Claim) -> Iterator[str]:
    """Yield what says what is counted: the words after a number, without their endings, and two words before it."""
    if _PEOPLE.search(text, claim.start, claim.end + _AFTER // 2):
        yield "people"
    after = _END.split(text[claim.end : claim.end + _AFTER], 1)[0]
    words = [word for word in _WORD.findall(bare(_NAME.sub("", after))) if word not in _SMALL_WORDS]
    if words and _UNSPACED.match(words[0]):
        yield from ("".join(words[n : n + 2]) for n in range(min(2, len(words) - 1)))
    else:
        yield from (word.removeprefix("ال")[: 5 if len(word) > 6 else 3] for word in words[:_NOUNS])
    before = _BESIDE.search(bare(text[max(0, claim.start - _BEFORE) : claim.start]))
    if before and any(len(word) > 2 and word not in _SMALL_WORDS for word in before[0].split()):
        yield before[0]
