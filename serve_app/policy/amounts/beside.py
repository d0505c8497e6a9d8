"""What stands before and after a number: rounding words, "off", a half."""

from __future__ import annotations

from typing import Final, NamedTuple

from serve_app.policy.amounts.claims import Bound
from serve_app.policy.amounts.tokens import Tokens
from serve_app.policy.text import SPACELESS

_MOST_BACK: Final = 4  # tokens between a rounding word and its number: "menos de R$ los"
_BETWEEN: Final = ("currencies", "of", "articles", "clock_from", "price_before", "save", "discount")


class Beside(NamedTuple):
    """What stands before a number. start: where the claim begins."""

    start: int
    bound: Bound = ""
    currencies: frozenset[str] | None = None
    save: bool = False


def before(tokens: Tokens, at: int) -> Beside:
    """Look back from a number: over $20, menos de R$ 90, 立减八成."""
    start, bound, currencies, save = tokens[at].start, "", None, False
    for k in range(at - 1, max(-1, at - 1 - _MOST_BACK), -1):
        roles = tokens[k].roles
        if not tokens.near(k + 1) and not (tokens.language in SPACELESS and len(tokens.gap(k + 1)) <= 1):
            break
        if "before" in roles:
            bound, start = roles["before"], tokens[k].start
            break
        if "save" in roles:
            save = True
        if ("currencies" in roles and k == at - 1 and not tokens[k].text.isalpha()) or _is_code(tokens, k, at):
            currencies, start = roles["currencies"], tokens[k].start
        elif not any(role in roles for role in _BETWEEN) or _names_one(tokens, k):
            break
    return Beside(start, bound, currencies, save)  # type: ignore[arg-type]


def _names_one(tokens: Tokens, k: int) -> bool:
    """Whether an article makes the number a name: acquitted over the 2023 fire. Spanish says "cerca de los 40"."""
    return tokens.language == "en" and "articles" in tokens[k].roles and tokens.has(k + 1, "digits")


def _is_code(tokens: Tokens, k: int, at: int) -> bool:
    return k == at - 1 and "currencies" in tokens[k].roles and tokens[k].text.isupper() and len(tokens[k].text) == 3


def after_bound(tokens: Tokens, at: int) -> tuple[Bound, int]:
    if tokens.next_has(at, "after") and not _adds(tokens, at):
        return tokens[at].roles["after"], at + 1
    return "", at


def _adds(tokens: Tokens, at: int) -> bool:
    """Whether a plus stands between two things: INXS + UB40 + ABBA, £120+VAT. One of "40+ bands" does not."""
    after = tokens.rest(at + 1)[:1]
    joins = (tokens.gap(at) and after == " ") or (after.isalpha() and tokens.language not in SPACELESS)
    return tokens[at].text == "+" and bool(joins)


def off_after(tokens: Tokens, at: int) -> tuple[bool, int]:
    if tokens.next_has(at, "discount"):
        return True, at + 1
    if tokens.next_has(at, "of") and tokens.next_has(at + 1, "discount"):
        return True, at + 2
    return False, at


def half_after(tokens: Tokens, end: int) -> tuple[float, int]:
    """两年半, hour and a half."""
    k = end + 1 if tokens.next_has(end, "joiners") else end
    if tokens.next_has(k, "articles"):
        k += 1
    if not tokens.next_has(k, "fractions") or tokens[k].roles["fractions"] not in (0.5, 0.25):
        return 0.0, end
    if k == end and not tokens[k].joined and tokens.gap(k):
        return 0.0, end
    return tokens[k].roles["fractions"], k + 1
