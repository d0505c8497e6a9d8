"""The wrong language for the audience: script by script, and by a language identifier when there is enough text."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import regex
from pydantic import Field

from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.context import Action, Hit, PolicyContext, fields_of

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
# Letters that belong to no one script, such as the Japanese length mark, speak for none.
_LETTER = regex.compile(r"(?!\p{Script=Common})\p{L}")
# A Latin word with a Cyrillic or Greek letter in it, or the other way round: a lookalike, or a broken decoder.
_MIXED = regex.compile(r"\p{L}{0,20}(?:\p{Latin}[\p{Cyrillic}\p{Greek}]|[\p{Cyrillic}\p{Greek}]\p{Latin})\p{L}{0,20}")
# What the identifier confuses on short text, or names otherwise than BCP-47 does.
_KIN = (
    frozenset(("no", "nb", "nn", "da", "sv")),
    frozenset(("hr", "bs", "sr", "sl")),
    frozenset(("id", "ms")),
    frozenset(("cs", "sk")),
    frozenset(("pt", "gl", "es")),
)


class LanguageRule(Knobs):
    """`identified` acts on the identifier's opinion, `script` on letters of another script."""

    identified: Action = "review"
    script: Action = "block"
    min_letters: int = Field(default=40, ge=1)
    min_probability: float = Field(default=0.98, ge=0, le=1)
    max_foreign_share: float = Field(default=0.3, ge=0, le=1)


def language(copy: Copy, context: PolicyContext, settings: LanguageRule) -> Iterator[Hit]:
    """WRONG_SCRIPT, MIXED_SCRIPT and WRONG_LANGUAGE."""
    expected = context.item.language
    wrong_script = False
    for field, text in fields_of(copy):
        if mixed := _MIXED.search(text):
            yield Hit("MIXED_SCRIPT", settings.script, field, mixed.group())
        if expected not in _EITHER and _foreign_share(text, expected) > settings.max_foreign_share:
            wrong_script = True
            yield Hit("WRONG_SCRIPT", settings.script, field, text)
    text = f"{copy.title} {copy.body}".strip()
    if wrong_script or settings.identified == "off" or len(_LETTER.findall(text)) < settings.min_letters:
        return
    # Capitals and Title Case mislead the identifier.
    found, probability = _identifier().classify(text.lower())
    known = expected in _identifier().labels
    if known and probability >= settings.min_probability and not _same(found, expected):
        yield Hit("WRONG_LANGUAGE", settings.identified, "body" if copy.body.strip() else "title", found)


def _foreign_share(text: str, expected: str) -> float:
    """Share of letters outside the language's script. In a non-Latin language, Latin names weigh a third."""
    letters = _LETTER.findall(text)
    if not letters:
        return 0.0
    own = regex.compile(f"[{_SCRIPTS.get(expected, _LATIN)}]")
    latin = regex.compile(_LATIN)
    foreign = sum(0.0 if own.match(c) else 1 / 3 if latin.match(c) else 1.0 for c in letters)
    return foreign / len(letters)


def _same(found: str, expected: str) -> bool:
    return found == expected or any(found in kin and expected in kin for kin in _KIN)


@lru_cache(maxsize=1)
def _identifier() -> Any:
    """py3langid's own model, some 50 ms to load, so not at import; it is only read."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
