"""A text as the tokens that matter for amounts: words of the lexicon, and digits with their readings."""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from serve_app.policy.amounts.lexicon import ARABIC_MARKS, Lexicon, Roles, lowered, plain

MOST: Final = 10_000
"""Tokens read of a text: as many as the longest copy has room for. What an item has beyond them grounds nothing."""
_SEPARATOR = re.compile(r"[.,:'\u2009 ]")
_MARKS: Final = re.compile(f"[{ARABIC_MARKS}]")
_GAP: Final = frozenset(("", " ", "-", "  ", "\u2011", "\u2010", " -"))
_ROMAN: Final = {"I": 1, "V": 5, "X": 10}


class Token(NamedTuple):
    """roles: what it may mean. joined: written together with a prefixed "and" (Arabic)."""

    start: int
    end: int
    text: str
    roles: Roles
    joined: bool = False


_END: Final = Token(-1, -1, "", {})


class Tokens:
    """The tokens of a text. One past the end has no roles."""

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        self.text = plain(text)
        self.language = lexicon.language
        self.needs_of = "fraction_of" in lexicon.sections
        self._tokens = _tokenise(self.text, lexicon)
        self.numerals: dict[int, Any] = {}
        self._near = [
            self.text[left.end : right.start] in _GAP
            for left, right in zip(self._tokens, self._tokens[1:], strict=False)
        ]

    def __len__(self) -> int:
        return len(self._tokens)

    def __getitem__(self, at: int) -> Token:
        return self._tokens[at] if 0 <= at < len(self._tokens) else _END

    def has(self, at: int, role: str) -> bool:
        return 0 <= at < len(self._tokens) and role in self._tokens[at].roles

    def near(self, at: int) -> bool:
        """Whether only a space or a hyphen parts this token from the one before."""
        return 0 < at < len(self._tokens) and self._near[at - 1]

    def next_has(self, at: int, role: str) -> bool:
        """As `has`, for a token that follows the one before it closely."""
        return self.near(at) and role in self._tokens[at].roles

    def rest(self, at: int) -> str:
        """Return the two characters after the token before this one."""
        end = self[at - 1].end
        return self.text[end : end + 2]

    def gap(self, at: int) -> str:
        """Return the text before this token, back to the token before it."""
        return self.text[self[at - 1].end : self[at].start]


def _tokenise(text: str, lexicon: Lexicon) -> list[Token]:
    found: list[Token] = []
    for match in lexicon.pattern.finditer(lowered(text)):
        kind = match.lastgroup
        start, end = match.span()
        written = text[start:end]
        if kind == "w":
            joined = lexicon.prefixed and bool(match["and"])
            found.append(Token(start, end, written, lexicon.roles[_key(match["w"])], joined))
        elif kind != "roman" or written.isupper():
            found.append(Token(start, end, written, _digits(str(kind), written)))
        if len(found) == MOST:
            break
    return found


def _key(word: str) -> str:
    key = word.replace("-", " ")
    return key if key.isascii() else _MARKS.sub("", key)


def _digits(kind: str, text: str) -> dict[str, Any]:
    if kind == "number":
        return {"digits": tuple(readings(text)), "years": text.isdecimal() and len(text) == 4}
    if kind == "roman":
        return {"roman": float(_roman(text))}
    if kind == "vulgar":
        whole, _, below = text.partition("\u2044")
        return {
            "digits": (float(whole[:-1] or 0) + float(whole[-1:] or 1) / (float(below) or 1.0),),
            "part": whole[:-1] == "",
        }
    return {kind: text}


def _roman(text: str) -> int:
    values = [_ROMAN[letter] for letter in text.upper()]
    return sum(-one if one < after else one for one, after in zip(values, [*values[1:], 0], strict=True))


def readings(digits: str) -> list[float]:
    """Return all readings of digits with separators, the likely one first: 1.500 is 1500 in Berlin, 1.5 in Boston."""
    if digits.isdecimal():
        return [float(digits)]
    parts = _SEPARATOR.split(digits)
    if not all(part.isdecimal() for part in parts):
        return []
    grouped = len(parts[-1]) == 3 and all(len(part) in (2, 3) for part in parts[1:-1]) and len(parts[0]) <= 3
    values = [float("".join(parts))] if grouped else []
    if " " in digits and not grouped:  # 1 234,56
        values.append(float(f"{''.join(parts[:-1])}.{parts[-1]}"))
    elif len(parts) == 2 and " " not in digits:
        values.append(float(f"{parts[0]}.{parts[1]}"))
    elif not grouped:  # 1,000.50, or a version, or a list
        values += [float(f"{''.join(parts[:-1])}.{parts[-1]}"), *(float(part) for part in parts)]
    return values
