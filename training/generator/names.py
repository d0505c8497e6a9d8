"""Names in copy and how far facts hold a copy, learnt from how the archive's own prose spells words.

A headline in Title Case does not tell a name from a word. Prose does: what it writes small in the middle of a sentence
is a word, and what it only writes with a capital there is a name.
"""

# ruff: noqa: RUF001 - typographic apostrophes are meant

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SENTENCE: Final = re.compile(r"(?<=[.!?…:])[\"'”’)]*\s+")
_STEM: Final = 5  # letters: "American" is held by "America", "Walmart's" by "Walmart"
_MIDDLE_SMALL: Final = 0.15
_FORM: Final = re.compile(r"..(?:ing|ed|ly|ness)$")  # what even a word that the prose never used is known by
_NEVER: Final = frozenset({"i", "i'm", "i'd", "i'll", "i've", "a"})
_CONTENT_LETTERS: Final = 4  # shorter words are mostly grammar

_GRAMMAR: Final = frozenset(
    """about after also because been before being could does doesn't don't even ever every from have having here into
    just like might more most much never only other over really should some than that that's their them then there
    these they they're this those through until very want wants what when where which while will with without won't
    would your you're make makes made know thing things people video watch""".split()  # noqa: SIM905 - reads better
)


class Names:
    """`texts`: prose in sentence case, such as contexts."""

    def __init__(self, texts: Iterable[str]) -> None:
        small: Counter[str] = Counter()
        capital: Counter[str] = Counter()
        for text in texts:
            for sentence in _SENTENCE.split(text):
                found = _WORD.findall(sentence)
                small.update(_bare(word) for word in found if word.islower())
                capital.update(_bare(word) for word in found[1:] if not word.islower())
        self._words = {w for w, n in small.items() if n >= _MIDDLE_SMALL * (n + capital[w])}
        self._names = {w for w, n in capital.items() if w not in self._words and n > 1}

    def missing(self, text: str, facts: str) -> list[str]:
        """Names in `text` that no word of `facts` begins with, as written.

        A capitalised word that the prose never used is a name, too, unless the text capitalises every word.
        """
        known = {_bare(word)[:_STEM] for word in _WORD.findall(facts)}
        found = _WORD.findall(text)
        title_case = sum(word.islower() for word in found) <= len(found) // 4
        return [
            word
            for position, word in enumerate(found)
            if not word.islower()
            and _bare(word) not in _NEVER
            and self._is_name(_bare(word), first=position == 0 or title_case)
            and _bare(word)[:_STEM] not in known
        ]

    def as_prose(self, text: str, facts: str = "") -> str:
        """A text in Title Case as prose writes it: sentence starts, emphasis and names keep their capitals.

        A name is what the archive's prose, or `facts`, only ever writes with a capital.
        """
        found = list(_WORD.finditer(text))
        if in_sentence_case(text):
            return text
        here = {_bare(w) for sentence in _SENTENCE.split(facts) for w in _WORD.findall(sentence)[1:] if not w.islower()}
        names = self._names | (here - self._words)
        starts = {0, *(m.end() for m in _SENTENCE.finditer(text))}
        for m in found:
            word = m.group()
            first = any(not _WORD.search(text, start, m.start()) for start in starts if start <= m.start())
            if _is_capitalised(word) and not first and _bare(word) not in names:
                text = text[: m.start()] + word.lower() + text[m.end() :]
        return text

    def _is_word(self, word: str) -> bool:
        return word in self._words or (word not in self._names and _FORM.search(word) is not None)

    def _is_name(self, word: str, first: bool) -> bool:
        return word in self._names or (not self._is_word(word) and not first)


def in_sentence_case(text: str) -> bool:
    """Whether the text writes most of its words small, so that its capitals mean something."""
    words = _WORD.findall(text)
    return 2 * sum(word.islower() for word in words) > len(words)


def support(text: str, facts: str) -> tuple[int, int]:
    """How many of the longer words of `text` begin as some word of `facts` does, and of how many."""
    known = {_bare(word)[:_STEM] for word in _WORD.findall(facts)}
    words = [bare for word in _WORD.findall(text) if len(bare := _bare(word)) >= _CONTENT_LETTERS]
    words = [word for word in words if word not in _GRAMMAR]
    return sum(word[:_STEM] in known for word in words), len(words)


def _bare(word: str) -> str:
    """Lower case, with a plain apostrophe, without the possessive."""
    return re.sub(r"'s?$", "", word.lower().replace("’", "'"))


def _is_capitalised(word: str) -> bool:
    """A capital first and small letters after it, so no emphasis and no "I"."""
    return word == "A" or (word[0].isupper() and word[1:].islower() and _bare(word) not in _NEVER)
