# ruff: noqa: RUF001 - the letters of other scripts are meant
"""Links and e-mail addresses, also written so that a filter misses them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import regex

from serve_app.policy.spelled import joined_address

_ENDINGS: Final = frozenset(
    Path(__file__).with_name("domain_endings.txt").read_text(encoding="utf-8").split("\n\n", 1)[1].split()
)
_LABEL: Final = r"[\p{L}\p{M}\p{N}](?:[\p{L}\p{M}\p{N}_\-]{0,62}+)"
_EMAIL: Final = regex.compile(
    rf"(?<![\w.+\-])[\w.+\-]{{1,64}}+(?:@|\s@\s)((?:{_LABEL})(?:\s?[.。]\s?(?:{_LABEL})){{1,4}}+)", regex.IGNORECASE
)
_SCHEME: Final = regex.compile(
    r"\b(?:h(?:tt|xx|\*\*)ps?|ftp|tg|mailto|whatsapp)\s?:\s?/{0,2}\s?(?=[\w.])(\S+)|\bwww\.(\S+)", regex.IGNORECASE
)
_DOMAIN: Final = regex.compile(
    rf"(?<![@\p{{L}}\p{{N}}_.\-/])((?:{_LABEL})(?:[.。](?:{_LABEL}))++)(?::\d{{2,5}})?(/[^\s]*+)?", regex.IGNORECASE
)
_SENTENCE_END: Final = regex.compile(r"[.。]\s")
_LETTERS_APART: Final = regex.compile(r"(?<!\S)\S(?: \S(?!\S)){4,}+")
# Names that only look like domains, and endings that are also those of files and of sentences without a space.
_NAMES: Final = frozenset(
    {
        "asp.net",
        "ado.net",
        "vb.net",
        "ml.net",
        "will.i.am",
        "node.js",
        "next.js",
        "vue.js",
        "react.js",
        "three.js",
        "d3.js",
        "socket.io",
        "c.net",
    }
)
_ALSO_FILES: Final = frozenset({"py", "rs", "sh", "pl", "md", "cc", "so", "ps", "zip", "mov", "cs", "app"}) - {"app"}
# Of links with a spelled dot: other endings are words, as in "el punto es".
_SPOKEN: Final = frozenset(
    {
        "com",
        "net",
        "org",
        "info",
        "ru",
        "ру",
        "рф",
        "ком",
        "io",
        "app",
        "jp",
        "cn",
        "br",
        "mx",
        "uk",
        "online",
        "shop",
        "store",
        "xyz",
        "site",
        "kz",
    }
)
_ONE_LETTER: Final = frozenset(
    {
        "t.me",
        "x.com",
        "m.me",
        "g.co",
        "g.page",
        "a.co",
        "b.link",
        "y.at",
        "v.ht",
        "k.kakao.com",
        "x.co",
        "t.co",
        "t.cn",
        "t.ly",
        "u.to",
        "q.com",
        "e.mail.ru",
        "m.vk.com",
    }
)


class Address(NamedTuple):
    """An address in a text. kind: "email" or "link". host: its domain, in small letters. is_sure: not a file's name."""

    kind: str
    start: int
    end: int
    host: str
    is_sure: bool = True


def addresses(text: str) -> Iterator[Address]:
    """Yield the e-mail addresses and links of an NFKC-normalised text."""
    yield from _plain(text)
    if spelled := joined_address(text):
        for found in _plain(spelled.text):
            # What the words changed nothing about was found in the text itself.
            start, end = spelled.span(found.start, found.end)
            written = spelled.text[found.start : found.end]
            is_spelled = text[start:end] != written and not _SENTENCE_END.search(written)
            if is_spelled and (found.kind == "email" or found.host.rsplit(".", 1)[-1] in _SPOKEN):
                yield found._replace(start=start, end=end)
    for match in _LETTERS_APART.finditer(text):
        for found in _plain(match.group().replace(" ", "")):
            yield found._replace(start=match.start(), end=match.end())


def _plain(text: str) -> Iterator[Address]:
    taken: list[tuple[int, int]] = []
    if "@" in text:
        for match in _EMAIL.finditer(text):
            length, host = _longest_host(match[1])
            if length:
                start, end = match.start(), match.start(1) + length
                taken.append((start, end))
                yield Address("email", start, end, host)
    for match in _SCHEME.finditer(text) if ":" in text or "ww" in text.casefold() else ():
        if _is_free(match.start(), taken):
            host = _host(_HOST.match(match[1] or match[2])[0])
            end = match.start() + len(match.group().rstrip(".,;:!?)'\"»”」）、。"))
            taken.append((match.start(), end))
            yield Address("link", match.start(), end, host.removeprefix("www."))
    if "." not in text and "。" not in text:
        return
    for match in _DOMAIN.finditer(text):
        if _is_free(match.start(), taken):
            yield from _domain(match)


def _domain(match: regex.Match[str]) -> Iterator[Address]:
    """Yield the domain of a row of words with dots, unless it is a name, a file or two sentences without a space."""
    labels = regex.split(r"[.。]", match[1])
    path = match[2] or ""
    # The last label that may end a domain: a sentence may go on behind it.
    for last in range(len(labels) - 1, 0, -1):
        ending = _trimmed(labels[last])
        if ending.casefold() not in _ENDINGS or (last < len(labels) - 1 and path):
            continue
        name = ".".join([*labels[:last], ending])
        host = name.casefold()
        before = labels[last - 1]
        # "ready.Come" is two sentences without a space.
        two_sentences = not ending.islower() and not (ending.isupper() and before.isupper())
        short = len(before) == 1 and not any(host.endswith(one) for one in _ONE_LETTER)
        dotted = "。" in match.group()[: len(name)] and not name.replace("。", "").replace(".", "").isascii()
        if host in _NAMES or short or (two_sentences and not path) or not _HAS_LETTER.search(before) or dotted:
            return
        sure = bool(path) or ending.casefold() not in _ALSO_FILES
        end = match.end(2) if path else match.start() + len(name)
        end -= len(match.group()) - len(match.group().rstrip(".,;:!?)'\"»”」）、。")) if path else 0
        yield Address("link", match.start(), end, host, sure)
        return


_DOT: Final = regex.compile(r"\s?[.。]\s?")
_HOST: Final = regex.compile(r"[\p{L}\p{M}\p{N}\-_.]*+")
_HAS_LETTER: Final = regex.compile(r"\p{L}")
_LATIN_START: Final = regex.compile(r"[a-z][a-z0-9\-]*+", regex.IGNORECASE)


def _trimmed(label: str) -> str:
    """Return the Latin letters that a label begins with: in カフェ.jpへ the ending is jp."""
    latin = _LATIN_START.match(label)
    return latin.group() if latin and not label.isascii() else label


def _host(text: str) -> str:
    return ".".join(_trimmed(part) for part in _DOT.split(text.casefold().strip(" .。")))


def _longest_host(text: str) -> tuple[int, str]:
    """Return the length and the name of the longest domain that the text begins with, (0, "") for none.

    A sentence may go on behind an address.
    """
    for dot in [*(m.start() for m in _DOT.finditer(text)), len(text)][:0:-1]:
        name = text[:dot]
        ending = _DOT.split(name)[-1]
        latin = _trimmed(ending)
        if latin.casefold() in _ENDINGS:
            return dot - len(ending) + len(latin), _host(name)
    return 0, ""


def _is_free(place: int, taken: list[tuple[int, int]]) -> bool:
    return not any(start <= place < end for start, end in taken)
