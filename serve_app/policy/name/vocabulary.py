"""Whether a word is an ordinary one of its language. Proper names that a dictionary writes in capitals are none."""

# ruff: noqa: RUF001 - the letters of other scripts are meant

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache
from typing import Final

from serve_app.policy.name.dictionary import LANGUAGES, Hashes, hash_of, read

# Endings that a dictionary of forms may lack, such as pronouns at Spanish verbs.
_ENDINGS: Final = {
    "en": "'s ' s es ed d ing er ers ly 'll 're 've 'd n't y ish less",
    "es": "me te se nos lo la los las le les melo telo selo s es ito ita",
    "pt": "-se -me -te -lo -la -os -as -nos s es inho inha inhos inhas",
    "hi": "ें ों ो े ी ा ियाँ ियों ियां ाएँगे ाएंगे एँगे एगा एगी ेंगे ेगा ेगी ना ने नी ता ती ते कर िए ाइए ाएँ एँ एं",
    "ar": "ها هم ه ك كم نا ي وا ون ين ات ان ت ته تها يه",
}
_BEGINNINGS: Final = {
    "ar": "و ف ب ك ل ال وال بال لل فال كال ولل س وس ول وب سي سن ست",
    "en": "un re pre non over out",
    "es": "re super anti",
    "pt": "re super anti",
}
# A dictionary of Arabic and Hindi lacks these forms of speech; so a stem may gain one of them.
_STEMS: Final = {"ar": "ه", "hi": "ना ा ी", "en": "e", "es": "r o a", "pt": "r o a"}


class Vocabulary:
    """The words of one language, as hashes: four bytes each in place of a dictionary's hundred."""

    def __init__(self, language: str, words: Hashes, capitals: Hashes) -> None:
        self._language = language
        self._endings, self._beginnings, self._stems = (
            tuple(table.get(language, "").split()) for table in (_ENDINGS, _BEGINNINGS, _STEMS)
        )
        self._hashes = words
        self._capitals = capitals

    def has_capital(self, word: str) -> bool:
        """Whether the dictionary also writes the word with a capital: as a name."""
        return _holds(self._capitals, word)

    def has(self, word: str) -> bool:
        """Whether the dictionary has the word, in lower case and without accents, or a form of it."""
        if self._listed(word):
            return True
        for beginning in ("", *self._beginnings):
            if not word.startswith(beginning):
                continue
            stem = word[len(beginning) :]
            if len(stem) >= 2 and beginning and self._listed(stem):
                return True
            for ending in self._endings:
                if stem.endswith(ending) and len(stem) - len(ending) >= 2 and self._has_stem(stem[: -len(ending)]):
                    return True
        return False

    def _has_stem(self, stem: str) -> bool:
        doubled = self._language == "en" and len(stem) > 3 and stem[-1] == stem[-2] and self._listed(stem[:-1])
        if self._language == "ar" and stem.endswith("ت") and self._listed(stem[:-1] + "ه"):
            return True
        return doubled or self._listed(stem) or any(self._listed(stem + end) for end in self._stems)

    def _listed(self, word: str) -> bool:
        return _holds(self._hashes, word)


def _holds(hashes: Hashes, word: str) -> bool:
    key = hash_of(word)
    at = bisect_left(hashes, key)
    return at < len(hashes) and hashes[at] == key


def is_listed(language: str) -> bool:
    """Whether there is a dictionary of a language."""
    return language in LANGUAGES


@lru_cache(maxsize=len(LANGUAGES))
def vocabulary(language: str) -> Vocabulary | None:
    """Return the words of a language; None where there is no dictionary.

    The first call on a machine makes its file in the cache folder, which takes up to 8 s; later ones map it.
    """
    return Vocabulary(language, *read(language)) if is_listed(language) else None
