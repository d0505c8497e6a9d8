"""Language of a short text: its most frequent words, letters and endings, with py3langid as a second witness."""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple
from unicodedata import normalize

import regex
import yaml

_FILE: Final = Path(__file__).with_name("frequent_words.yaml")
_TOKEN: Final = regex.compile(r"(?<![\p{L}\p{M}\p{N}])\p{L}[\p{L}\p{M}]*+(?!\p{N})")
_MARKS: Final = regex.compile(r"\p{M}+")
IN_NAMES: Final = frozenset(
    "a an and at by das de dei del della der des di do dos du e el en et feat for from ft in la las le los mit no "  # noqa: SIM905
    "not of on or per pro the to und van vol von vs with y".split()
)
"""Small words that names have: 'The Lord of the Rings', 'Casa de Papel'."""
# Persian and Urdu letters that many keyboards replace by the Arabic ones.
_ONE_FORM: Final = str.maketrans("کیى", "كيي", "ـ\u0307")
# Languages that share a list, and other names of one language.
_ALIASES: Final = {
    **dict.fromkeys(("bs", "hr", "cnr"), "sr"),
    **dict.fromkeys(("nb", "nn"), "no"),
    **{"tl": "fil", "prs": "fa", "pes": "fa"},
}
# Neighbours that share most of their words: it takes more words, and none against them, to tell one from the other.
_CLOSE: Final = tuple(
    map(frozenset, (("da", "no"), ("id", "ms"), ("gl", "pt"), ("bg", "mk"), ("mk", "sr"), ("cs", "sk"), ("af", "nl")))
)
TYPED: Final = "-Latn"
"""Ends the name of a list of words in Latin letters, of a language that is written in others."""
_SCRIPTS: Final = {
    "Latn": ("A", "\u024f"),
    "Cyrl": ("\u0400", "\u052f"),
    "Arab": ("\u0600", "\u06ff"),
    "Deva": ("\u0900", "\u097f"),
    "Beng": ("\u0980", "\u09ff"),
}
_LIKE_ENGLISH: Final = frozenset(("bi", "gcl", "jam", "kri", "pcm", "sco", "srn", "tpi"))
LONGEST: Final = 2_000
"""Characters of a text that are read."""
_MOST_LETTERS: Final = 5  # of an ending
# What a word tells that is in no list, but has a letter or an ending of the language; and a word of one letter.
_LETTER_WEIGHT: Final = 0.75
_SHORT_WEIGHT: Final = 0.5
_LOAN_WEIGHT: Final = 0.25  # of the former in English, which borrows words with their accents
_LETTER_AND_WORD: Final = 1.25


class Guess(NamedTuple):
    """Another language than the expected one.

    against, own: how many words speak for it, and for the expected one. firm: of those against, those that are no part
    of a name. start, end: from the first word for it to the last.
    """

    language: str
    sure: bool
    against: float
    own: float
    firm: float
    start: int
    end: int


class Word(NamedTuple):
    """A word that tells something. of: the languages that have it. firm: whether it is no part of a name."""

    of: frozenset[str]
    weight: float
    start: int
    end: int
    firm: bool


def _start_of(word: Word) -> int:
    return word.start


class Words(NamedTuple):
    """The words of a text. telling: those that tell a language. starts: where all of them start."""

    telling: list[Word]
    starts: list[int]

    def within(self, start: int, end: int) -> Words:
        """Return the words of a part of the text, at their places in the whole."""
        starts = self.starts[bisect_left(self.starts, start) : bisect_left(self.starts, end)]
        first, last = (bisect_left(self.telling, place, key=_start_of) for place in (start, end))
        return Words(self.telling[first:last], starts)


@dataclass(frozen=True)
class _Lists:
    languages: frozenset[tuple[str, str]]  # and a script that the list is in, or ""
    words: dict[str, frozenset[str]]
    letters: dict[str, frozenset[str]]
    endings: dict[str, frozenset[str]]
    beginnings: dict[str, frozenset[str]]


def listed(language: str, script: str = "") -> str:
    """Return the name of the language's list of words, in that script if one is named; "" where there is none."""
    name = _ALIASES.get(language, language)
    return name if (name, script) in _lists().languages else ""


def script_of(text: str) -> str:
    """Return the script of most letters, of those that lists are in: an ISO 15924 code, or "" for all others."""
    counts: dict[str, int] = {}
    for letter in filter(str.isalpha, text[:LONGEST]):
        script = _script_of(letter)
        counts[script] = counts.get(script, 0) + 1
    return max(counts, key=counts.__getitem__, default="")


def words_of(text: str, *, latin: bool | None = None) -> Words:
    """Return the words of the first 2,000 characters. latin: read only Latin ones, or only others."""
    words = Words([], [])
    for match in _TOKEN.finditer(text, 0, LONGEST):
        word = match.group()
        if latin is not None and _is_latin(word) != latin:
            continue
        words.starts.append(match.start())
        of, weight = _languages_of(word)
        if of:
            firm = not (word[0].isupper() and len(words.starts) > 1) and word.lower() not in IN_NAMES
            words.telling.append(Word(of, weight, match.start(), match.end(), firm))
    return words


@lru_cache(maxsize=8_192)
def is_frequent(word: str, language: str) -> bool:
    """Whether a word is among the most frequent of a language."""
    return listed(language) in _lists().words.get(_folded(word), ())


def other_language(text: str, words: Words, expected: str, language: str) -> Guess | None:
    """Return the language of a text that hardly is in the expected one.

    expected: the name of its list; where there is none, only English is told from it. language: its tag.
    """
    for_expected = sum(word.weight for word in words.telling if expected in word.of)
    scores: dict[str, float] = {}
    shared: dict[str, float] = {}
    for word in words.telling:
        of = shared if expected in word.of else scores
        weight = _LOAN_WEIGHT if expected == "en" and word.weight == _LETTER_WEIGHT else word.weight
        for name in word.of:
            of[name] = of.get(name, 0.0) + weight
    best, against, own = "", 0.0, 0.0
    for name, score in sorted(scores.items()):
        if _rivals(name, expected):
            for_own = for_expected - shared.get(name, 0.0)
            if score - for_own > against - own:
                best, against, own = name, score, for_own
    if not best:
        return None
    telling = [word for word in words.telling if best in word.of and expected not in word.of]
    if (expected, "") in _lists().languages:
        sure = _sure(text, best, against, own, len(words.starts), expected, language)
    else:
        sure = True if against >= 3 and against >= 0.4 * len(words.starts) and _is_identified(language) else None
    if sure is None:
        return None
    sure = sure and any(word.weight >= 1 for word in telling)
    firm = sum(word.weight for word in telling if word.firm)
    return Guess(best, sure, against, own, firm, telling[0].start, telling[-1].end)


def _rivals(name: str, expected: str) -> bool:
    """Whether a text may be in a language other than the expected one."""
    if name.endswith(TYPED):
        return expected == "en"
    return expected != "" or name == "en"


def _is_identified(language: str) -> bool:
    """Whether py3langid knows the language, and it is no child of English: else nobody can tell it from English."""
    return language in _identifier().labels and language not in _LIKE_ENGLISH


def _script_of(letter: str) -> str:
    return next((script for script, (first, last) in _SCRIPTS.items() if first <= letter <= last), "")


def _is_latin(word: str) -> bool:
    return word[0] < "\u0250" or "\u1e00" <= word[0] < "\u1f00"


def _sure(text: str, best: str, against: float, own: float, total: int, expected: str, language: str) -> bool | None:
    """Whether the words tell surely; None where they tell nothing."""
    if against <= own or against < 1:
        return None
    share = against / total
    if any(best in pair and expected in pair for pair in _CLOSE):
        return True if against >= 3 and against >= 3 * own else (False if against >= 2 * own + 2 else None)
    if against >= 3 and against >= 3 * own and share >= 0.25:
        return True
    if total < 4 or share < 0.15 or against < 2 * own:
        return None
    odds = _odds(text, language)
    if odds > (1 if own == 0 and against >= 2 else 2):
        return True
    return False if against >= 2 else None


def _odds(text: str, language: str) -> float:
    """Logarithm of the odds that py3langid gives its best language against the expected one."""
    ranked = _identifier().rank(text[:LONGEST].lower())
    probability = dict(ranked).get(language)
    if probability is None or listed(ranked[0][0]) == listed(language):
        return 0.0
    return math.log(max(ranked[0][1], 1e-9) / max(probability, 1e-9))


@cache
def _identifier() -> Any:
    """The model of py3langid. Loaded on first use, which takes about 50 ms."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@lru_cache(maxsize=8_192)
def _languages_of(written: str) -> tuple[frozenset[str], float]:
    """Return the languages for which a word speaks, and its weight."""
    lists = _lists()
    word = _folded(written)
    letters = [lists.letters[letter] for letter in set(written) if letter in lists.letters]
    having = frozenset.intersection(*letters) if letters else frozenset()
    if of := lists.words.get(word):
        if having & of:
            return having & of, _LETTER_AND_WORD
        return of, _SHORT_WEIGHT if len(word) == 1 else 1.0
    if written[0].isupper():  # a name
        return frozenset(), 0.0
    if letters:
        return having, _LETTER_WEIGHT if _is_latin(word) else 1.0
    for length in range(min(_MOST_LETTERS, len(word) - 2), 1, -1):
        if of := lists.endings.get(word[-length:]) or lists.beginnings.get(word[:length]):
            return of, _LETTER_WEIGHT
    return frozenset(), 0.0


def _folded(word: str) -> str:
    return word.casefold().translate(_ONE_FORM)


@cache
def _lists() -> _Lists:
    """Read the lists, on first use. Words are found without their accents too."""
    data: dict[str, dict[str, str]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    words: dict[str, set[str]] = {}
    for language, lists in data.items():
        for word in lists["words"].split():
            folded = _folded(word)
            plain = _MARKS.sub("", normalize("NFD", folded)) if _is_latin(folded) else folded
            for form in (folded, plain):
                words.setdefault(form, set()).add(language)

    def by_part(name: str) -> dict[str, frozenset[str]]:
        parts: dict[str, set[str]] = {}
        for language, lists in data.items():
            value = lists.get(name, "")
            for part in value if name == "letters" else value.split():
                parts.setdefault(part, set()).add(language)
        return {part: frozenset(languages) for part, languages in parts.items()}

    return _Lists(
        frozenset(
            (language, script)
            for language, lists in data.items()
            for script in ("", *{_script_of(word[0]) for word in lists["words"].split()})
        ),
        {word: frozenset(languages) for word, languages in words.items()},
        by_part("letters"),
        by_part("endings"),
        by_part("beginnings"),
    )
