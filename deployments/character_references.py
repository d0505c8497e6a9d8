"""Character references of HTML in item text, well written or not: `&#39;`, `&rsquo;`, `&nbsp`, `&39;`, `& quot;`. Pure.

`html.unescape` resolves `&copy=1` in a URL and `&notes`, and leaves the broken ones that content systems make.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from html.entities import html5
from typing import Final

_BY_NAME: Final = {name.removesuffix(";"): char for name, char in html5.items()}
# Without a semicolon: the names that HTML allows, and those that people write all the same.
_WRITTEN: Final = "apos bdquo bull euro hellip ldquo lsaquo lsquo mdash ndash rdquo rsaquo rsquo sbquo trade"
_OPEN: Final = {name: char for name, char in html5.items() if not name.endswith(";")} | {
    name: _BY_NAME[name] for name in _WRITTEN.split()
}
# Of these, the ones that begin no word: letters may follow, as in `caf&eacutes`.
_BEGINNING: Final = frozenset(
    n for n in _OPEN if re.search(r"(?:acute|cedil|circ|dash|grave|lip|nbsp|quo|ring|slash|tilde|uml)$", n)
)
# Words too: `cut&copy` is no sign.
_WORDS: Final = frozenset(("cent", "copy", "eth", "not", "para", "pound", "sect", "shy", "times", "yen"))
_LONGEST_OPEN: Final = max(map(len, _OPEN))
_MONEY: Final = frozenset(("euro", "pound", "yen"))

_REFERENCE: Final = re.compile(
    r"""&(?=[a-z0-9\s]|\#(?:\s?[0-9]|x[0-9a-f]|x?\Z))(?:
      (?P<ampersand>(?:amp;|\#0*38;|\#x0*26;)+)
    | \#(?P<high>5[56][0-9]{3}|xd[89ab][0-9a-f]{2});&\#(?P<low>5[67][0-9]{3}|xd[c-f][0-9a-f]{2});
    | \#(?P<decimal>[0-9]{1,7});
    | \#x(?P<hex>[0-9a-f]{1,6});
    | (?:amp)?(?P<bare>[0-9]{2,5});
    | (?:amp)?x(?P<bare_hex>[0-9a-f]{2,4});
    | (?P<name>[a-z][a-z0-9]{1,31});
    | \s?\#\s?(?P<spaced>[0-9]{2,7})\s?;
    | \s?(?P<spaced_name>amp|apos|gt|hellip|lt|[mn]dash|nbsp|quot|[lr][sd]quo)\s?;
    | (?P<cut>\#x?[0-9]?|am|apo|hel(?:li?)?|[lr][sd]qu?|[mn]das?|nbs?|quo)\Z
    | \#(?P<open>[0-9]{2,7})(?![0-9])
    | \#x(?P<open_hex>[0-9a-f]{2,6})(?![0-9a-f])
    | (?P<open_name>[a-z][a-z0-9]{1,31})(?![a-z0-9]*[=;])
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_LOST_START: Final = re.compile(r"(?<=[^\W\d_])#(0?39|8217|x27);(?=[^\W\d_])")
_LONGEST_ADDRESS: Final = 300


def resolved(text: str) -> str:
    """Return the text with its references replaced, once: `&amp;lt;` becomes `&lt;`."""
    if "#" in text and ";" in text:
        text = _LOST_START.sub(_apostrophe, text)
    return _REFERENCE.sub(_character, text) if "&" in text else text


def references(text: str) -> Iterator[str]:
    """Yield the references in a text, as they are written."""
    if "&" not in text and "#" not in text:
        return
    for pattern, character in ((_REFERENCE, _character), (_LOST_START, _apostrophe)):
        for match in pattern.finditer(text):
            if character(match) != match.group():
                yield match.group()


def _apostrophe(match: re.Match[str]) -> str:
    return html.unescape(f"&#{match[1]};")


def _character(match: re.Match[str]) -> str:
    """Return the character, or the text itself where it is no reference."""
    return _READERS[match.lastgroup or ""](match)


def _numbered(match: re.Match[str]) -> str:
    kind = match.lastgroup or ""
    return html.unescape(f"&#{'x' if 'hex' in kind else ''}{match[kind]};")


def _halved(match: re.Match[str]) -> str:
    """Join the two halves of a character, as UTF-16 has it."""
    halves = [int(half[1:], 16) if half[0] in "xX" else int(half) for half in (match["high"], match["low"])]
    return b"".join(half.to_bytes(2, "big") for half in halves).decode("utf-16-be", errors="ignore")


def _likely(match: re.Match[str]) -> str:
    """Return the character; empty for letters, digits and controls of ASCII, which nobody refers to."""
    char = _numbered(match)
    return char if char > "\x7f" or (char.isprintable() and not char.isalnum()) else ""


def _named(match: re.Match[str]) -> str:
    name = match[match.lastgroup or ""]
    return _BY_NAME.get(name) or _OPEN.get(name.lower()) or match.group()


def _open_number(match: re.Match[str]) -> str:
    """Read a number without a semicolon. At the end of the text it may have been cut: `&#82` of `&#8217;`."""
    char = _likely(match)
    cut = match.end() == len(match.string) and (not char or "\xff" < char < "\u2000")
    if not (char or cut) or _in_address(match):
        return match.group()
    return "" if cut else char


def _open_name(match: re.Match[str]) -> str:
    name = match["open_name"]
    joined = match.string[max(0, match.start() - 1) : match.start()].isalpha()
    if (joined and name in _WORDS) or _in_address(match):
        return match.group()
    return _beginning(name) or match.group()


def _beginning(name: str) -> str:
    """Return the character of a name without a semicolon, and the letters that follow it; empty if it is none."""
    if name in _OPEN:
        return _OPEN[name]
    for length in range(min(len(name) - 1, _LONGEST_OPEN), 2, -1):
        start, rest = name[:length], name[length:]
        if start in _BEGINNING or (start in _MONEY and rest[0].isdigit()) or (start == "quot" and rest[0].isupper()):
            return _OPEN[start] + rest
    return ""


def _in_address(match: re.Match[str]) -> bool:
    """Whether it stands in the query of a URL: `?a=1&copy`."""
    before = match.string[max(0, match.start() - _LONGEST_ADDRESS) : match.start()]
    word = before.rsplit(maxsplit=1)[-1] if before[-1:].strip() else ""
    return "://" in word or "www." in word or "=" in word.partition("?")[2]


_READERS: Final[dict[str, Callable[[re.Match[str]], str]]] = {
    "ampersand": lambda _: "&",
    "low": _halved,
    "decimal": _numbered,
    "hex": _numbered,
    "spaced": _numbered,
    "bare": lambda match: _likely(match) or match.group(),
    "bare_hex": lambda match: _likely(match) or match.group(),
    "name": _named,
    "spaced_name": _named,
    "cut": lambda _: "",
    "open": _open_number,
    "open_hex": _open_number,
    "open_name": _open_name,
}
