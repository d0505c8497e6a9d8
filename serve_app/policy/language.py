"""Language rule: checks the script of the letters, and the language where the text is long enough to identify it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import regex
from pydantic import Field

from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.context import Action, Hit, PolicyContext, Rule, RuleId, fields_of
from serve_app.policy.text import readable

_LATIN = r"\p{Latin}"
_JAPANESE = r"\p{Han}\p{Hiragana}\p{Katakana}"
_CYRILLIC = r"\p{Cyrillic}"
_ARABIC = r"\p{Arabic}"
# Languages that are not written in Latin letters. Serbian, Uzbek and others use two scripts and are left out.
_SCRIPTS = {
    **dict.fromkeys(("ru", "uk", "be", "bg", "mk", "kk", "ky", "mn"), _CYRILLIC),
    **dict.fromkeys(("ar", "fa", "ur", "ps"), _ARABIC),
    **dict.fromkeys(("hi", "mr", "ne"), r"\p{Devanagari}"),
    **{
        "zh": r"\p{Han}\p{Bopomofo}",
        "ja": _JAPANESE,
        "ko": r"\p{Hangul}\p{Han}",
        "el": r"\p{Greek}",
        "he": r"\p{Hebrew}",
    },
    **{"th": r"\p{Thai}", "ka": r"\p{Georgian}", "hy": r"\p{Armenian}", "bn": r"\p{Bengali}", "ta": r"\p{Tamil}"},
}
_EITHER = frozenset(("sr", "uz", "az", "bs", "tg", "tk", "ku", "pa", "sd", "ms"))
# Letters of several scripts, such as the Japanese length mark, do not count.
_LETTER = regex.compile(r"(?!\p{Script=Common})\p{L}")
# A word that mixes Latin with Cyrillic or Greek letters: a lookalike, or a decoder error.
_MIXED = regex.compile(r"\p{Latin}[\p{Cyrillic}\p{Greek}]|[\p{Cyrillic}\p{Greek}]\p{Latin}")
_LETTERS_BEFORE = regex.compile(r"\p{L}*$")
_LETTERS = regex.compile(r"\p{L}*")
_SHOWN = 20
_ENGLISH = "en"
# Characters from which a language is identified. The identifier takes a millisecond for a thousand.
_ENOUGH = 2_000
# Languages that the identifier confuses on short text, or names otherwise than BCP-47 does.
_KIN = (
    frozenset(("no", "nb", "nn", "da", "sv")),
    frozenset(("hr", "bs", "sr", "sl")),
    frozenset(("id", "ms")),
    frozenset(("cs", "sk")),
    frozenset(("pt", "gl", "es")),
)


class LanguageRule(Knobs):
    """Copy in another script or language than the item's.

    script: for letters of another script. english: for English copy of an item in another language. identified: for any
    other language that the identifier names. English has its own limits: generators fall back on it, and telling two
    languages apart needs fewer letters than telling all apart. At the defaults none of 3,600 translated messages of the
    editor Vim in 11 languages was taken for English, and 82% to 100% of English headlines were, by length.
    """

    script: Action = "block"
    english: Action = "block"
    min_english_letters: int = Field(default=10, ge=1)
    english_probability: float = Field(default=0.9, ge=0.5, le=1)
    identified: Action = "review"
    min_letters: int = Field(default=40, ge=1)
    min_probability: float = Field(default=0.98, ge=0, le=1)
    max_foreign_share: float = Field(default=0.3, ge=0, le=1)


def language(copy: Copy, context: PolicyContext, settings: LanguageRule) -> Iterator[Hit]:
    """script.wrong, script.mixed and language.match."""
    expected = context.item.language
    wrong_script = False
    for field, text in fields_of(copy):
        if mixed := _MIXED.search(text):
            yield Hit("script.mixed", settings.script, field, _word_around(text, *mixed.span()))
        if expected not in _EITHER and _foreign_share(text, expected) > settings.max_foreign_share:
            wrong_script = True
            yield Hit("script.wrong", settings.script, field, text)
    if wrong_script or expected not in _identifier().labels:
        return
    # Capitals and Title Case mislead the identifier.
    text = f"{readable(copy.title)} {readable(copy.body)}".strip().lower()
    detected, action = _other_language(text, expected, settings)
    if detected:
        yield Hit("language.match", action, "body" if copy.body.strip() else "title", detected)


def _word_around(text: str, start: int, end: int) -> str:
    before = _LETTERS_BEFORE.search(text[max(0, start - _SHOWN) : start])
    after = _LETTERS.match(text[end : end + _SHOWN])
    return f"{before.group() if before else ''}{text[start:end]}{after.group() if after else ''}"


def _other_language(text: str, expected: str, settings: LanguageRule) -> tuple[str, Action]:
    """Return the language of the text and the action, when it surely is not the expected language; else ""."""
    text = text[:_ENOUGH]
    letters = len(_LETTER.findall(text))
    if letters >= settings.min_letters:
        detected, probability = _identifier().classify(text)
        if detected != _ENGLISH and probability >= settings.min_probability:
            return ("", "off") if _same(detected, expected) else (detected, settings.identified)
    if expected == _ENGLISH or letters < settings.min_english_letters:
        return "", "off"
    english = _english_share(text, expected) >= settings.english_probability
    return (_ENGLISH, settings.english) if english else ("", "off")


def _english_share(text: str, expected: str) -> float:
    """Probability of English, given that the text is in English or in the expected language."""
    ranked = dict(_identifier().rank(text))
    both = ranked[_ENGLISH] + ranked[expected]
    return ranked[_ENGLISH] / both if both > 0 else 0.0


def _foreign_share(text: str, expected: str) -> float:
    """Share of letters outside the language's script. In a non-Latin language, Latin letters count a third."""
    letters = "".join(_LETTER.findall(text))
    if not letters:
        return 0.0
    foreign = _script(_SCRIPTS.get(expected, _LATIN)).sub("", letters)
    latin = len(_script(_LATIN).findall(foreign))
    return (latin / 3 + len(foreign) - latin) / len(letters)


@cache
def _script(letters: str) -> regex.Pattern[str]:
    return regex.compile(f"[{letters}]")


def _same(detected: str, expected: str) -> bool:
    return detected == expected or any(detected in kin and expected in kin for kin in _KIN)


@cache
def _identifier() -> Any:
    """The model of py3langid. Loaded on first use, which takes about 50 ms."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


LANGUAGE = Rule(
    "language",
    language,
    (
        RuleId("script.wrong", "letters of another script than the locale's", "script"),
        RuleId("script.mixed", "a word mixes scripts", "script"),
        RuleId("language.match", "the copy is in another language than the locale's", "english"),
    ),
)
