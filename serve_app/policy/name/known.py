"""The names that an item has: its words in every form that a copy may take them in."""

# ruff: noqa: RUF001 - the letters of other scripts are meant

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Final

import regex
from anyascii import anyascii

from serve_app.policy.name.lists import aliases, countries
from serve_app.policy.name.russian import lemmas
from serve_app.policy.name.skeleton import alike, sounds
from serve_app.policy.text import bare, script_of

_WORD = regex.compile(
    r"[\p{Latin}\p{Cyrillic}][\p{Latin}\p{Cyrillic}\p{N}\p{M}]*(?:['’][\p{L}\p{M}]+)*"
    r"|[\p{Katakana}ー]+|\p{Hiragana}+|\p{Han}+|[^\P{L}\p{Latin}\p{Cyrillic}\p{Katakana}\p{Hiragana}\p{Han}][\p{L}\p{M}\u200c\u200d]*"
)
_PAIR = regex.compile(r"(?<!\p{L})(\p{Lu}[\p{L}\p{M}]+) (\p{Lu}[\p{L}\p{M}]+(?:['’]s)?)")
_HAN = regex.compile(r"\p{Han}+")
_POSSESSIVE = regex.compile(r"(?:['’]s|['’])$")
_MOST_SOUNDS: Final = 400  # words of an item that are compared by sound
_LEAST_SHARED: Final = 6
_SMALL: Final = frozenset(
    "of the and for in de del de la el las los y da do das dos e para der und в и на по".split()  # noqa: SIM905
)
_EAST: Final = frozenset(("han", "hiragana", "katakana"))
# Endings that inflection adds or changes; what stands before must be equal.
_LATIN_ENDINGS: Final = frozenset(("", "s", "es", "e"))
_CYRILLIC: Final = (
    "а у ом е ы ой ою и ам ами ах ью я ю ем ей ям ями ях й ого ому им ым ые ых ыми ий ый ая ую ие их ими ое его ему ь"
)
_CYRILLIC_ENDINGS: Final = frozenset(("", *_CYRILLIC.split()))
_ARABIC_PREFIX: Final = ("", "و", "ف", "ب", "ك", "ل", "ال", "وال", "بال", "لل", "فال", "كال", "ولل", "ول", "وب")


class Known:
    """The words of an item, and whether a name is one of them. Made once for all copies of a request."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.bare = bare(text)

    def has(self, name: str) -> bool:
        """Whether the item has the word: inflected, in another script, as an alias or as an acronym."""
        word = _POSSESSIVE.sub("", bare(name))
        if word in self._cache:
            return self._cache[word]
        self._cache[word] = found = self._has(word)
        return found

    def has_all(self, words: Iterable[str]) -> bool:
        return all(map(self.has, words))

    def foreign(self, word: str) -> bool:
        """Whether the item is written in other scripts than this word."""
        return script_of(word) not in self._scripts

    def _has(self, word: str) -> bool:
        if not word or word in self._words or word.replace(".", "") in self._joined:
            return True
        script = script_of(word)
        if script in {"han", "hiragana", "katakana"}:
            if word in self.bare:
                return True
        elif self._inflected(word, script):
            return True
        if len(word) > 3 and word in countries() and self._begins(word[: max(4, len(word) - 2)]):
            return True
        return self._has_alias(word) or word in self._acronyms or self._sounds(word, script)

    def _inflected(self, word: str, script: str) -> bool:
        if script == "arabic":
            return any(stem in self._arabic for stem in arabic_stems(word))
        if script == "devanagari":
            return any(
                word.startswith(one) or one.startswith(word)
                for one in self._by_start.get(word[:3], ())
                if abs(len(one) - len(word)) <= 1
            )
        if script == "cyrillic" and (self._has_fleeting_vowel(word) or self._has_adjective(word)):
            return True
        endings = _CYRILLIC_ENDINGS if script == "cyrillic" else _LATIN_ENDINGS
        return any(_same_stem(word, one, endings) for one in self._by_start.get(word[:3], ()))

    def _begins(self, stem: str) -> bool:
        """Whether a word begins so: "Iranian" for Iran."""
        words = self._arabic if script_of(stem) == "arabic" else self._by_start.get(stem[:3], ())
        return any(word.startswith(stem) for word in words)

    def _has_alias(self, word: str) -> bool:
        return any(
            other in self._words or (len(other) > 1 and (" " in other or _HAN.match(other)) and other in self.bare)
            for other in aliases(word)
        )

    def _sounds(self, word: str, script: str) -> bool:
        if not sounds(word):
            return False
        if script in _EAST:
            return any(_reads(word, one) if s in _EAST else alike(word, one) for one, s in self._sounding)
        return any(s != script and alike(word, one) for one, s in self._sounding)

    def _has_fleeting_vowel(self, word: str) -> bool:
        """Whether a Russian word loses a vowel of its stem: "Льва Кравца" is Лев Кравец, Александр no Александра."""
        others = {other for lemma in lemmas(word) for other in self._by_lemma.get(lemma, ())}
        return any(not (word.startswith(other) or other.startswith(word)) for other in others)

    def _has_adjective(self, word: str) -> bool:
        """Whether the item has the adjective of a Russian place: Перми for "в Пермском театре"."""
        stems = {lemma.rstrip("аяоеиыьй") for lemma in lemmas(word)}
        return any(len(stem) > 3 and self._begins(stem + "ск") for stem in stems)

    def resembles(self, word: str) -> bool:
        """Whether the item has a word that begins so: Andalucía for "andaluces". It may be a form of it."""
        return len(word) >= _LEAST_SHARED and self._begins(word[:_LEAST_SHARED])

    def confuses(self, first: str, second: str) -> bool:
        """Whether the item has both words as parts of names, and each beside another one only.

        "Idris Nakamura" of Chloe Nakamura and Idris Bello.
        """
        first, second = _POSSESSIVE.sub("", bare(first)), _POSSESSIVE.sub("", bare(second))
        pairs = self._pairs
        return (
            (first, second) not in pairs
            and any(one == first for one, _ in pairs)
            and any(other == second for _, other in pairs)
            and not any(second == one or first == other for one, other in pairs)
        )

    @cached_property
    def _pairs(self) -> frozenset[tuple[str, str]]:
        """Two capitalised words in a row."""
        names = [(bare(m[1]), _POSSESSIVE.sub("", bare(m[2]))) for m in _PAIR.finditer(self.text, overlapped=True)]
        return frozenset(names)

    @cached_property
    def _by_lemma(self) -> dict[str, list[str]]:
        cyrillic = [word for word in sorted(self._words) if script_of(word) == "cyrillic"][:_MOST_SOUNDS]
        words: dict[str, list[str]] = {}
        for word in cyrillic:
            for lemma in lemmas(word):
                words.setdefault(lemma, []).append(word)
        return words

    @cached_property
    def _cache(self) -> dict[str, bool]:
        return {}

    @cached_property
    def _in_order(self) -> list[str]:
        return _WORD.findall(self.text)

    @cached_property
    def _words(self) -> frozenset[str]:
        words = {bare(word) for word in self._in_order}
        return frozenset(words | {_POSSESSIVE.sub("", word) for word in words})

    @cached_property
    def _joined(self) -> frozenset[str]:
        """Two and three words written as one: hashtags, "عبد الرحمن" as "عبدالرحمن", "J. R. R." as "JRR"."""
        words = [bare(word) for word in self._in_order]
        return frozenset("".join(words[at : at + n]) for n in (2, 3) for at in range(len(words) - n + 1))

    @cached_property
    def _arabic(self) -> frozenset[str]:
        return frozenset(
            stem for word in self._words | self._joined if script_of(word) == "arabic" for stem in arabic_stems(word)
        )

    @cached_property
    def _by_start(self) -> dict[str, list[str]]:
        starts: dict[str, list[str]] = {}
        for word in self._words:
            starts.setdefault(word[:3], []).append(word)
        return starts

    @cached_property
    def _acronyms(self) -> frozenset[str]:
        """The initials of two to six words, with and without the small ones between."""
        found: set[str] = set()
        for words in (self._in_order, [word for word in self._in_order if word.casefold() not in _SMALL]):
            initials = bare("".join(word[0] for word in words))
            for at, word in enumerate(words):
                if word[:1].isupper() or not word[:1].islower():
                    found.update(initials[at : at + n] for n in range(2, 7))
        return frozenset(found)

    @cached_property
    def _sounding(self) -> list[tuple[str, str]]:
        """Words with their script that may be names: not those in lower case of scripts that have one."""
        words = dict.fromkeys(word for word in self._in_order if not word[:1].islower() and not word[:1].isdecimal())
        return [(bare(word), script_of(word)) for word in words][:_MOST_SOUNDS]

    @cached_property
    def _scripts(self) -> frozenset[str]:
        return frozenset(script_of(word) for word in self._in_order[:200])


def arabic_stems(word: str) -> set[str]:
    """Return the word without the article and the prepositions that are written at it."""
    return {word[len(prefix) :] for prefix in _ARABIC_PREFIX if word.startswith(prefix) and len(word) - len(prefix) > 1}


def _reads(word: str, other: str) -> bool:
    """Whether a word in one kana is the other in the other kana."""
    return not _HAN.search(word + other) and anyascii(word) == anyascii(other)


def _same_stem(word: str, other: str, endings: frozenset[str]) -> bool:
    shared = 0
    for a, b in zip(word, other, strict=False):
        if a != b:
            break
        shared += 1
    # An ending may begin with a letter that both have.
    return any(
        word[at:] in endings and other[at:] in endings
        for at in range(max(3 if len(word) > 3 else 2, shared - 2), shared + 1)
    )
