"""Words of demeaning copy by language, and where a text holds them. The lists lie beside this file, one a language."""

# ruff: noqa: RUF001 - the letters of other scripts are meant

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final, Literal, NamedTuple

import regex
import yaml

from serve_app.policy.text import SPACELESS

Kind = Literal[
    "slurs",
    "insults",
    "looks",
    "groups",
    "traits",
    "everyday",
    "stereotypes",
    "cannot",
    "skills",
    "only",
    "able",
    "essence",
    "unable",
    "despised",
    "blames",
    "exclusions",
    "warnings",
    "even",
    "cues",
    "attributes",
    "sexual",
    "modals",
    "negations",
    "denials",
    "backhanded",
    "harmless",
    "limits",
    "places",
    "literal",
    "copulas",
    "insinuations",
    "owned",
    "victims",
    "reports",
]

_FOLDER: Final = Path(__file__).parent
_ENGLISH: Final = "en"
_WORD: Final = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:['’\-][\p{L}\p{M}\p{N}]+)*")
_MARKS: Final = regex.compile(r"[\u064b-\u0652\u0670\u0640]")
_ARABIC: Final = str.maketrans("أإآٱى", "اااا" + "ي")
# Prepositions and the article are written with an Arabic word.
_CLITICS: Final = regex.compile(r"^[وف]?(?:[بك]?ال|لل|[بكل])(?=\p{Arabic}{2})|^[وف](?=\p{Arabic}{3})")


class Found(NamedTuple):
    """Words of a list in a text. start, end: their place in code points. stem: the list's word, without its ending."""

    start: int
    end: int
    stem: str


class Lexicon:
    """The lists of one language, and English ones beside them: English words turn up in any language.

    Words of scripts without spaces are found anywhere, others as whole words; a star takes any ending.
    """

    def __init__(self, lists: Mapping[str, Mapping[Kind, Sequence[str]]]) -> None:
        """lists: of each language, by kind."""
        self._anywhere: dict[Kind, regex.Pattern[str]] = {}
        self._words: dict[str, list[tuple[Kind, tuple[str, ...]]]] = {}
        self._prefixes: dict[str, list[tuple[str, Kind]]] = {}  # by their first two letters
        for language, by_kind in lists.items():
            for kind, entries in by_kind.items():
                unspaced = [] if language not in SPACELESS else sorted(entries, key=len, reverse=True)
                anywhere = [entry.lower() for entry in unspaced if not entry.isascii()]
                if anywhere:
                    self._anywhere[kind] = regex.compile("|".join(map(regex.escape, anywhere)))
                for entry in entries:
                    if entry.lower() not in anywhere:
                        self._add(kind, _key(entry))

    def _add(self, kind: Kind, entry: str) -> None:
        first, *rest = entry.split()
        if not rest and first.endswith("*"):
            self._prefixes.setdefault(first[:2], []).append((first[:-1], kind))
        else:
            self._words.setdefault(first, []).append((kind, tuple(rest)))

    def find(self, text: str) -> dict[Kind, list[Found]]:
        """Return the places of the words of each list, sorted. text: of `lowered`."""
        found: dict[Kind, list[Found]] = defaultdict(list)
        for kind, pattern in self._anywhere.items():
            found[kind] += (Found(m.start(), m.end(), m.group()) for m in pattern.finditer(text))
        tokens = [_Token(m.start(), m.end(), _key(m.group())) for m in _WORD.finditer(text)]
        for at, token in enumerate(tokens):
            bare = token.form if token.form.isascii() else _CLITICS.sub("", token.form)
            for form in (token.form,) if bare == token.form else (token.form, bare):
                if form in self._words or form[:2] in self._prefixes:
                    for kind, one in self._from(at, form, tokens):
                        found[kind].append(one)
        return {kind: sorted(places) for kind, places in found.items()}

    def _from(self, at: int, form: str, tokens: Sequence[_Token]) -> Iterator[tuple[Kind, Found]]:
        token = tokens[at]
        for kind, rest in self._words.get(form, ()):
            following = tokens[at + 1 : at + 1 + len(rest)]
            if len(following) == len(rest) and all(_same(t.form, r) for t, r in zip(following, rest, strict=True)):
                end = following[-1].end if following else token.end
                yield kind, Found(token.start, end, " ".join((form, *rest)).rstrip("*"))
        for prefix, kind in self._prefixes.get(form[:2], ()):
            if form.startswith(prefix):
                yield kind, Found(token.start, token.end, prefix)


class _Token(NamedTuple):
    start: int
    end: int
    form: str


@cache
def lexicon(language: str) -> Lexicon:
    """Return the lexicon of a language. The first call reads its file, some milliseconds."""
    files = {name: _FOLDER / f"{name}.yaml" for name in (language, _ENGLISH)}
    return Lexicon({n: yaml.safe_load(f.read_text(encoding="utf-8")) for n, f in files.items() if f.is_file()})


def reach(language: str) -> int:
    """Characters within which two words belong together."""
    return 14 if language in SPACELESS else 32


def lowered(text: str) -> str:
    """Lower the case and keep every place: letters whose lower form is longer stay."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c if len(c.lower()) > 1 else c.lower() for c in text)


def _key(text: str) -> str:
    if text.isascii():
        return text.lower()
    return _MARKS.sub("", text.lower().replace("’", "'")).translate(_ARABIC)


def _same(form: str, entry: str) -> bool:
    if entry.endswith("*"):
        return form.startswith(entry[:-1]) or _CLITICS.sub("", form).startswith(entry[:-1])
    return entry in (form, _CLITICS.sub("", form))
