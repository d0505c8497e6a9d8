"""Inflections that only the language of the text tells: verbs of Spanish and Portuguese, Turkish and Finnish suffixes.

Words are folded.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Final

import regex

INFLECTED: Final = frozenset({"es", "pt", "tr", "fi"})
_Endings = Mapping[str, str]
_SPANISH: Final[_Endings] = {
    "ar": "a an amos áis as é aste ó asteis aron aba abas ábamos aban aré arás ará aremos aréis arán aría arías "
    "aríamos "
    "arían e es emos éis en ara aras aran ase asen ad ando ado ada ados adas",
    "er": "e en emos éis es í iste ió imos isteis ieron ía ías íamos ían eré erás erá eremos eréis erán ería "
    "erías eríamos "
    "erían a as amos áis an iera ieran iese ed iendo ido ida idos idas",
    "ir": "e en imos ís es í iste ió isteis ieron ía ías íamos ían iré irás irá iremos iréis irán iría irías "
    "iríamos irían "
    "a as amos áis an iera ieran iese id iendo ido ida idos idas",
}
_PORTUGUESE: Final[_Endings] = {
    "ar": "a am amos ais as ei aste ou aram ava avas ávamos avam arei arás ará aremos arão aria arias aríamos ariam "
    "e es emos em asse asses ássemos assem ares armos arem ando ado ada ados adas",
    "er": "e em emos es i este eu eram ia ias íamos iam erei erás erá eremos erão eria erias eríamos eriam "
    "a as amos am esse essem eres ermos erem endo ido ida idos idas",
    "ir": "e em imos es i iste iu iram ia ias íamos iam irei irás irá iremos irão iria irias iríamos iriam "
    "a as amos am isse issem ires irmos irem indo ido ida idos idas",
}
_TWO_CLITICS: Final = tuple(a + b for a in ("me", "te", "se", "nos") for b in ("lo", "la", "los", "las"))
_CLITICS: Final = ("lo", "la", "los", "las", "le", "les", "me", "te", "se", "nos")
# Present forms that are nouns of their own more often: "ganas de", "una casa" of "casar".
_NOT_VERBS: Final = regex.compile(
    r"(?:ul|ili|mili|sol|lug|hog|alt|pil|cel|popul|singul|circul|gol|col|cáliz|lun|tit|azúc|dól|call|muj|poc|pok|sup|"
    r"mast|serv|comput|lid|thrill|poly|hip|cart|bann|soft|fold|elix|em|nad|fak|yog|qas|cash)(?:ar|er|ir)$"
)
_SHORTEST_VERB: Final = 5
_ADJECTIVE: Final = regex.compile(
    r"(?:burr|bob|tont|gord|loc|louc|put|negr|suci|suj|sord|surd|cieg|ceg|coj|enan|calv|viej|velh|fe|fei|barat|"
    r"fals|guarr|cerd|maldit|mentiros|chul|mort|muert|rar|guap|nu|desnud|pelad)o$"
)
_TURKISH: Final = (
    "l{A}r l{A}r{I} l{A}r{I}n l{A}r{A} l{A}rd{A} l{A}rd{A}n {I} {I}n {A} d{A} t{A} d{A}n t{A}n l{A} n{I}n y{I} "
    "y{A} yl{A} s{I} {I}m "
    "{I}m{I}z s{I}z l{I} l{A}r{I}m{I}z {I}n{I}z s{I}n{I} s{I}n{A}"
)
_HARMONY: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "a": (("a", "i"),),
    "o": (("a", "u"),),
    "u": (("a", "u"),),
    "e": (("e", "i"),),
    "i": (("e", "i"), ("a", "i")),
    "ö": (("e", "ü"),),
    "ü": (("e", "ü"),),
}  # the open and the closed vowel of suffixes
_FINNISH: Final = (
    "n t a{} ss{} st{} ll{} lt{} lle ksi n{} j{} it{} iss{} ist{} ill{} ilt{} ille ien jen in en i in{} mme nne "
    "nsa nsä kin "
    "kaan kään it i{} i{}n"
)


def of_language(word: str, language: str) -> Iterator[str]:
    """Yield the inflections of a word of the language, none for other languages."""
    match language:
        case "es":
            yield from _romance(word, _SPANISH)
        case "pt":
            yield from _romance(word, _PORTUGUESE)
        case "tr":
            yield from _turkish(word)
        case "fi":
            yield from _finnish(word)


def _romance(word: str, endings: _Endings) -> Iterator[str]:
    if _ADJECTIVE.fullmatch(word):
        yield from (word[:-1] + ending for ending in ("a", "os", "as"))
    if len(word) < _SHORTEST_VERB or word[-2:] not in endings or _NOT_VERBS.search(word):
        return
    stem, conjugation = word[:-2], word[-2:]
    gerund = next(ending for ending in endings[conjugation].split() if ending.endswith("ndo"))
    for ending in endings[conjugation].split():
        if ending != "as" or conjugation != "ar":
            yield from (changed + ending for changed in _stems(stem, ending))
    vowel = {"ar": "á", "er": "ê", "ir": "í"}[conjugation]
    for clitic in _CLITICS:
        yield from (word + clitic, stem + vowel + clitic, stem + gerund + clitic)
    yield from (stem + {"a": "á", "e": "é", "i": "í"}[conjugation[0]] + "r" + both for both in _TWO_CLITICS)
    if conjugation == "er" and stem.endswith("c"):
        yield from (stem[:-1] + "ç" + ending for ending in ("a", "as", "amos", "am", "o"))


def _stems(stem: str, ending: str) -> Iterator[str]:
    """Yield the stem as it is written before the ending, also with its last vowel broken: apost-, apuest-."""
    yield _written(stem, ending)
    if ending in {"a", "an", "as", "e", "en", "es"}:
        at = max(map(stem.rfind, "aeiou"))
        for vowel, broken in (("o", "ue"), ("e", "ie"), ("e", "i"), ("u", "ue")):
            if at > 0 and stem[at] == vowel:
                yield _written(stem[:at] + broken + stem[at + 1 :], ending)


def _written(stem: str, ending: str) -> str:
    if ending[0] in "eéê":
        for before, after in (("c", "qu"), ("g", "gu"), ("z", "c")):
            if stem.endswith(before):
                return stem[: -len(before)] + after
    return stem


def _turkish(word: str) -> Iterator[str]:
    """Suffixes whose vowels follow the word's last one. A last k may be ğ, p be b, ç be c, t be d.

    Folded words have an i for a dotless one, so both rows of vowels may follow an i.
    """
    vowel = next((letter for letter in reversed(word) if letter in _HARMONY), "")
    soft = {"k": "ğ", "p": "b", "ç": "c", "t": "d"}.get(word[-1])
    for open_, close in _HARMONY[vowel] if len(word) > 2 and vowel else ():
        for suffix in _TURKISH.split():
            written = suffix.format(I=close, A=open_)
            yield word + written
            if soft and written[0] in "aeiuü" and len(word) > 3:
                yield word[:-1] + soft + written


def _finnish(word: str) -> Iterator[str]:
    """Case endings, on the stem with its consonants weakened, too: kasino, kasinolla; lotto, loton."""
    if len(word) < 4:
        return
    vowel = "a" if any(letter in "aou" for letter in word) else "ä"
    stems = {word}
    for strong, weak in (("kk", "k"), ("pp", "p"), ("tt", "t"), ("nt", "nn"), ("nk", "ng"), ("mp", "mm"), ("t", "d")):
        at = len(word) - len(strong) - 1
        if word[at:-1] == strong:
            stems.add(word[:at] + weak + word[-1])
            break
    if word.endswith("nen"):
        stems = {word[:-3] + "se", word[:-3] + "s"}
    elif word[-1] not in "aeiouyäö":
        stems.add(word + "i")
    elif word[-1] == "i":
        stems |= {stem[:-1] + "e" for stem in tuple(stems)}
    for stem, ending in itertools.product(sorted(stems), _FINNISH.split()):
        yield stem + ending.replace("{}", vowel)
