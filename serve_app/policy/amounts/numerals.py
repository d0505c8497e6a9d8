"""One number in words and digits: "two and a half million", 1万2,800, साढ़े तीन लाख, двести сорок."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from serve_app.policy.amounts.tokens import Tokens
from serve_app.policy.text import SPACELESS


class Numeral(NamedTuple):
    """values: its readings. end: the token after it. digits: with at least one figure. scaled: with million or alike.

    ordinal: "third". words: how many tokens it has.
    """

    values: tuple[float, ...]
    end: int
    digits: bool
    scaled: bool
    ordinal: bool
    words: int

    @property
    def whole(self) -> int | None:
        """The number, if it is one without a fraction."""
        value = self.values[0]
        return int(value) if value == int(value) else None


_DUAL_SCALES: Final = (1_000_000_000, 1_000_000, 1_000)


@dataclass
class _Sum:
    """A number under way: parts that have their scale, and the part that has none yet."""

    first: float | None = None
    parts: list[tuple[float, float]] = field(default_factory=list)
    part: float | None = None
    shift: float = 0.0
    row: str = ""  # figures in words, one by one: 二〇二五
    scaled: bool = False
    ordinal: bool = False
    digits: bool = False

    def add(self, value: float, joined: bool) -> bool:
        """Take a word such as "five" or "two hundred"; False where it begins another number."""
        if self.part is None:
            if self.parts and value >= self.parts[-1][1]:
                return False
            self.part = value + self.shift
            self.shift = 0.0
            return True
        if self.digits or self.part != int(self.part):
            return False
        step = next((step for step in (1000, 100, 10) if self.part % step == 0), 1)
        backwards = joined and value in range(20, 100, 10) and 0 < self.part % 100 < 10  # خمسة وعشرون
        if value >= step and not backwards:
            return False
        self.part += value
        return True

    def scale(self, scale: float) -> None:
        below = 0.0
        while self.parts and self.parts[-1][1] < scale:
            below += self.parts.pop()[0]
        if self.part is not None:
            below += self.part
        if below == 0:
            below = 1.0 + self.shift
            self.shift = 0.0
        self.parts.append((below * scale, scale))
        self.part, self.row, self.scaled = None, "", True

    def part_to_scale(self) -> None:
        """Take two million in one word, as مليونان, for what it is: half of it more is half a million."""
        scale = next((one for one in _DUAL_SCALES if self.part and self.part % one == 0), 0)
        if scale and not self.digits and not self.parts and self.part is not None:
            self.parts.append((self.part, scale))
            self.part, self.scaled = None, True

    def fraction(self, value: float) -> None:
        if self.part is None and self.parts:
            self.part = None
            amount, scale = self.parts[-1]
            self.parts[-1] = (amount + value * scale, scale)
        else:
            self.part = (self.part or 0.0) + value

    @property
    def value(self) -> float:
        return sum(part for part, _ in self.parts) + (self.part or 0.0)


def numeral(tokens: Tokens, at: int) -> Numeral | None:
    """Return the number that begins at this token, if one does. Each is read once."""
    if at not in tokens.numerals:
        tokens.numerals[at] = _numeral(tokens, at)
    return tokens.numerals[at]


def _numeral(tokens: Tokens, at: int) -> Numeral | None:
    roles = tokens[at].roles
    if "digits" in roles:
        values: list[float] = []
        result = None
        for first in roles["digits"]:
            one, end = _read(tokens, at, first)
            result = (one, end)
            values.append(one.value)
        if result is None:
            return None
        one, end = result
    elif roles.keys() & _STARTS:
        one, end = _read(tokens, at, None)
        if end == at:
            return None
        values = [one.value, *_colloquial(one, tokens, end)]
    else:
        return None
    return Numeral(tuple(dict.fromkeys(values)), end, one.digits, one.scaled, one.ordinal, end - at)


_STARTS: Final = {"numbers", "ordinals", "scales", "fractions", "shifts", "articles"}
_SHARES: Final = (0.5, 0.25)


def _read(tokens: Tokens, at: int, first: float | None) -> tuple[_Sum, int]:
    """first: the reading of the figures that it begins with, if it does."""
    total = _Sum()
    end = k = at
    joined = False
    while k < len(tokens) and (k == at or tokens.near(k)):
        joined = joined or tokens[k].joined
        if _take(total, tokens, k, k == at, first, joined):
            k += 1
            end = k
            joined = False
            if total.ordinal and not tokens[k].joined:
                break
        elif tokens.has(k, "joiners") and k > at and not joined:
            joined = True
            k += 1
        elif _is_filler(total, tokens, k, k == at or joined):
            k += 1
        else:
            break
    return total, end


def _is_filler(total: _Sum, tokens: Tokens, at: int, may_open: bool) -> bool:
    """Whether this is the "a" of "half a million" or the "of" of "a quarter of a million"."""
    article = tokens.has(at, "articles") and (may_open or total.part in _SHARES)
    of = tokens.has(at, "of") and total.part in _SHARES
    return (article or of) and _opens(tokens, at + 1)


def _opens(tokens: Tokens, at: int) -> bool:
    """Whether a scale or a half follows, so that "a" or "of" before it belongs to the number."""
    if not tokens.near(at):
        return False
    if tokens.has(at, "fractions"):
        return tokens.next_has(at + 1, "scales") or tokens.has(at - 2, "joiners")
    return tokens.has(at, "scales") or (tokens.has(at, "articles") and tokens.next_has(at + 1, "scales"))


def _take(total: _Sum, tokens: Tokens, at: int, begins: bool, first: float | None, joined: bool) -> bool:
    """Add the token to the number; False where it is no part of it."""
    roles = tokens[at].roles
    if "digits" in roles:
        return _take_digits(total, roles["digits"], first if begins else None, roles.get("part", False), joined)
    if ("numbers" in roles and _take_word(total, tokens, at, roles["numbers"], joined)) or (
        "scales" in roles and _take_scale(total, tokens, at, joined)
    ):
        return True
    if "vague" in roles and (total.part is not None or total.parts):  # "dozens of" after "two" is a dozen, twice
        total.scale(roles["vague"] / 2)
        return True
    if "ordinals" in roles and not total.ordinal and not total.digits and total.add(roles["ordinals"], joined):
        total.ordinal = True
        return True
    if "shifts" in roles and begins:
        total.shift = roles["shifts"]
    return ("shifts" in roles and begins) or ("fractions" in roles and _take_fraction(total, tokens, at, joined))


def _take_scale(total: _Sum, tokens: Tokens, at: int, joined: bool) -> bool:
    scale, text = tokens[at].roles["scales"], tokens[at].text
    if total.part is None and ("needs_number" in tokens[at].roles or (scale == 12 and len(text) == 1)):
        return False  # 打 is to beat, too
    if joined and total.part is not None and scale > 1000:
        return False
    if len(text) == 1 and text.isascii() and not (total.digits and _is_short_scale(tokens, at)):
        return False
    last = total.parts[-1][1] if total.parts and total.part is None else 0.0
    if last == scale:
        return True  # مليون ونصف مليون
    if last > 0 and scale <= 100 and last > scale and not joined and tokens.language not in SPACELESS:
        return False
    total.scale(scale)
    return True


def _is_short_scale(tokens: Tokens, at: int) -> bool:
    """Whether the letter after figures is a thousand or a million: 3k, 1.2M, and £1,300m, but not 1,300m."""
    money = tokens.has(at - 2, "currencies") and tokens[at - 2].end == tokens[at - 1].start and not tokens.gap(at)
    return tokens.has(at - 1, "digits") and tokens[at].text in ("kKMm" if money else "kKM")


def _take_digits(total: _Sum, values: tuple[float, ...], first: float | None, part: bool, joined: bool) -> bool:
    if not values or joined or (total.part is not None and not (part and total.digits)):
        return False
    value = values[0] if first is None else first
    if total.part is not None:  # 2 1/2
        total.part += value
        return True
    if total.parts and value >= total.parts[-1][1]:
        return False
    total.digits = True
    total.part = value + total.shift
    total.shift = 0.0
    return True


def _take_word(total: _Sum, tokens: Tokens, at: int, value: float, joined: bool) -> bool:
    token = tokens[at]
    single = len(token.text) == 1 and value < 10
    if single and total.row and not tokens.gap(at):  # figure by figure
        total.row += str(int(value))
        total.part = float(total.row)
        return True
    if value == 0 and total.parts and total.part is None:  # 两千零五
        return True
    if not total.add(value, joined):
        return False
    total.row = str(int(value)) if single and tokens.language in SPACELESS else ""
    return True


def _take_fraction(total: _Sum, tokens: Tokens, at: int, joined: bool) -> bool:
    value = tokens[at].roles["fractions"]
    begins = total.part is None and not total.parts
    if begins:
        follows = at + 2 if tokens.next_has(at + 1, "of") or tokens.next_has(at + 1, "fraction_of") else at + 1
        if tokens.next_has(follows, "articles"):
            follows += 1
        if not tokens.next_has(follows, "scales"):
            return False
        total.part = value
        return True
    if not joined and tokens.gap(at):
        return False
    if not joined and not total.scaled:
        return False
    if value == 0.5 or (joined and value == 0.25):
        total.part_to_scale()
        total.fraction(value)
        return True
    return False


def _colloquial(one: _Sum, tokens: Tokens, end: int) -> list[float]:
    """一万二 is 12,000, 两百五 is 250."""
    if tokens.language != "zh" or one.part is None or not one.parts or not 0 < one.part < 10:
        return []
    scale = one.parts[-1][1]
    return [one.value - one.part + one.part * scale / 10] if scale >= 100 and not tokens.has(end, "scales") else []
