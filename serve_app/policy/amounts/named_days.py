"""Days by a name or by counting: Christmas Eve, the first Monday of December."""

from __future__ import annotations

from typing import Final, NamedTuple

from serve_app.policy.amounts.claims import Claim, Day, NthWeekday
from serve_app.policy.amounts.numerals import numeral
from serve_app.policy.amounts.tokens import Tokens

_MOST_IN_MONTH: Final = 5
_SMALL_WORD: Final = 2  # letters of a word between them: "के", "の"
_ENDS: Final = frozenset(".,;:!?\n\u3002\u3001\uff0c")


class _Part(NamedTuple):
    value: int
    end: int


def named_day(tokens: Tokens, at: int) -> tuple[Claim, int] | None:
    """Read the named or counted day that begins at this token, and the token after it."""
    if "holidays" in tokens[at].roles:
        month, day = tokens[at].roles["holidays"]
        return Claim("date", (Day(None, month, day),), tokens[at].start, tokens[at].end), at + 1
    for order in ((_count, _weekday, _month), (_weekday, _count, _month), (_month, _count, _weekday)):
        parts: dict[str, int] = {}
        k = at
        for read in order:
            if k > at and any(tokens.has(k, role) for role in ("of", "clock_from", "year_before")):
                k += 1
            part = read(tokens, k) if k == at or _follows(tokens, k) else None
            if part is None:
                break
            parts[read.__name__] = part.value
            k = part.end
        else:
            day = NthWeekday(parts["_month"], parts["_weekday"], parts["_count"])
            return Claim("date", (day,), tokens[at].start, tokens[k - 1].end), k
    return None


def _follows(tokens: Tokens, at: int) -> bool:
    return len(tokens.gap(at).strip()) <= _SMALL_WORD and not any(char in _ENDS for char in tokens.gap(at))


def _count(tokens: Tokens, at: int) -> _Part | None:
    if tokens[at].text == "第一":
        return _Part(1, at + 1)
    marked = tokens.has(at, "ordinal_before")
    k = at + marked
    number = numeral(tokens, k)
    if not number or number.whole is None or not 1 <= number.whole <= _MOST_IN_MONTH:
        return None
    end = number.end
    if tokens.next_has(end, "ordinal_marks") or (marked and tokens.next_has(end, "counters")):
        end += 1
    return _Part(number.whole, end) if marked or number.ordinal or end > number.end else None


def _weekday(tokens: Tokens, at: int) -> _Part | None:
    day = tokens[at].roles.get("weekdays")
    return _Part(day, at + 1) if day else None


def _month(tokens: Tokens, at: int) -> _Part | None:
    month = tokens[at].roles.get("months")
    if month:
        return _Part(month, at + 1)
    number = numeral(tokens, at) if tokens.language in ("ja", "zh") else None
    if number and number.whole is not None and 1 <= number.whole <= 12 and tokens.next_has(number.end, "month_mark"):
        return _Part(number.whole, number.end + 1)
    return None
