"""script.mixed: words that mix the letters of two scripts, and symbols in place of letters.

Natural mixtures pass: "3D-печать", "SMSка", T恤, kΩ, TNFα, الـiPhone. A mixture that the item has is its name.
"""

# ruff: noqa: RUF001, RUF002, RUF003 - the letters are meant

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import regex

from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.audience import Audience, audience_of
from serve_app.policy.context import Action, FieldName, Hit, PolicyContext, Rule, RuleId, fields_of
from serve_app.policy.text import normalise


class MixedRule(Knobs):
    """Words that mix scripts."""

    action: Action = "block"


_WORD: Final = regex.compile(r"\p{L}[\p{L}\p{M}]*+")
# Scripts that are written without spaces beside others: a change from or to one of them ends a word.
_UNSPACED: Final = regex.compile(
    r"(?:[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Bopomofo}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}ーｰ々]\p{M}*+)+"
)
# What Chinese and Japanese words do not hold; の stands in names.
_STRAYS: Final = {"Hang": regex.compile(r"\p{Hangul}+"), "Hira": regex.compile(r"[ぁ-ねは-ゖ]+")}
# A roman numeral in the letters at hand: ХХI.
_NUMERAL: Final = regex.compile(r"[IVXLCDMІХСМ]+")
# Letters of no script, as in "Maʻasi", and the schwa, which many keyboards have in one script only.
_NEUTRAL: Final = regex.compile(r"[\p{Script=Common}\p{Script=Inherited}ə]++")
# Scripts with letters that look like Latin ones, and scripts that stand beside Latin words.
_ALL_ALIKE: Final = frozenset(("Cherokee", "Canadian_Aboriginal", "Coptic", "Lisu"))
_BESIDE: Final = frozenset(("Arabic", "Hebrew", "Devanagari"))
_PART: Final = regex.compile(
    "|".join(
        rf"(?P<{name}>(?:\p{{Script={name}}}\p{{M}}*+)+)"
        for name in ("Latin", "Cyrillic", "Greek", "Armenian", *sorted(_ALL_ALIKE | _BESIDE))
    )
    + r"|(?P<Other>\p{L}[\p{L}\p{M}]*+)"
)
_ISO_15924: Final = {
    **{"Cyrillic": "Cyrl", "Armenian": "Armn", "Cherokee": "Cher", "Canadian_Aboriginal": "Cans", "Lisu": "Lisu"},
    **{"Coptic": "Copt"},
}
# Letters that look like a letter of another of these scripts.
_ALIKE: Final = {
    "Latin": frozenset("aceiopxyjABCEHIJKMOPTXYZNvuw"),
    "Cyrillic": frozenset("асеёорхуіїјѕһԁԛԝАВСЕЁНІЇЈКМОРЅТХУҮԌԜ"),
    "Greek": frozenset("αεγικνορτυχωηϲϳΑΒΕΖΗΙΚΜΝΟΡΤΥΧ"),
    "Armenian": frozenset("աեհյոսօցքռպնղգզԱՍՈՏԼԶՕՀ"),
}
# Letters in which Latin words are disguised, beside those of other scripts.
_FANCY: Final = regex.compile(
    r"[\U0001D400-\U0001D7FF\u249C-\u24E9\U0001F110-\U0001F12B\U0001F130-\U0001F14A\U0001F150-\U0001F169\U0001F170-\U0001F189"
    r"\uA730\uA731\u1D00-\u1D25\u0262\u026A\u0274\u0276\u0280\u028F\u0299\u029C\u029F]+"
)
_WIDE: Final = regex.compile(r"[\uFF21-\uFF3A\uFF41-\uFF5A]+")
_WIDE_AND_PLAIN: Final = regex.compile(r"[A-Za-z][\uFF21-\uFF3A\uFF41-\uFF5A]|[\uFF21-\uFF3A\uFF41-\uFF5A][A-Za-z]")
_WIDE_READERS: Final = frozenset(("Hani", "Hang"))
# A Greek letter that stands for a quantity: kΩ, TNFα, ΔT, μm, λ-.
_UNIT_END: Final = regex.compile(
    r"[A-Z\d]{0,12}[a-zA-Z][A-Z\d]{0,12}[αβγδεκλωΩ]|[kMGmT]Ω|[a-z]{0,12}[A-Z]{2,12}[a-z]{0,12}\d{0,4}[αβγδεκλ]"
)
_UNIT_START: Final = regex.compile(r"μ[A-Za-z]{1,10}|[ΔΣδσλθφψωπαβγ][A-Za-z]{1,2}")
# Characters beside letters of katakana that look like another of them: セー夕ー. 力 and the like are words
# there too, チーム力アップ: they are mixed only where the item has the katakana.
_KANA_TWINS: Final = {"夕": "タ", "口": "ロ", "卜": "ト", "工": "エ", "力": "カ", "八": "ハ", "二": "ニ", "一": "ー"}
_NO_WORDS: Final = frozenset("夕卜")
_AMONG_KANA: Final = regex.compile(
    r"(?<=[ァ-ヴー])(?:[夕口卜工力八二一](?=[ァ-ヴー])|卜(?!\p{Han}))|(?<![\p{Han}ァ-ヴー])[夕口卜工力](?=[ァ-ヴー]{2})"
)
_KANA_WORD: Final = regex.compile(r"[ァ-ヴー夕口卜工力八二一]++")


def mixed(copy: Copy, context: PolicyContext, settings: MixedRule) -> Iterator[Hit]:
    """script.mixed."""
    audience = audience_of(context.item.locale)
    raw: dict[FieldName, str] = {"title": copy.title, "body": copy.body}
    for field, text in fields_of(copy):
        for word in _disguised(raw[field], audience):
            yield Hit("script.mixed", settings.action, field, word)
        if text.isascii():
            continue
        for span in _kana_twins(text, context.evidence.text):
            yield Hit("script.mixed", settings.action, field, text[slice(*span)], span)
        for match in _WORD.finditer(text):
            word = match.group()
            if (
                not word.isascii()
                and _is_mixed(word, audience, context.evidence.text)
                and word not in context.evidence.text
            ):
                yield Hit("script.mixed", settings.action, field, word, match.span())


def _disguised(raw: str, audience: Audience) -> Iterator[str]:
    """Yield the mathematical, circled, small capital and full-width letters that spell a word."""
    if raw.isascii():
        return
    spelled = [match.group() for match in _FANCY.finditer(raw)]
    letters = "".join(spelled)
    if len(letters) >= 3 and not (audience.language == "" or _phonetic(raw)):
        yield letters
    if (wide := _WIDE.search(raw)) and (
        _WIDE_AND_PLAIN.search(raw) or (not (audience.scripts & _WIDE_READERS) and len(wide.group()) >= 2)
    ):
        yield wide.group()


def _kana_twins(text: str, item: str) -> Iterator[tuple[int, int]]:
    """Yield the words of katakana in which a Chinese character stands for a kana."""
    for word in _KANA_WORD.finditer(text):
        for match in _AMONG_KANA.finditer(text, word.start(), word.end()):
            twin = match.group()
            before = text[match.start() - 1 : match.start()] if match.start() > word.start() else ""
            meant = f"{before}{_KANA_TWINS[twin]}{text[match.end() : match.end() + 2 - len(before)]}"
            if ((twin in _NO_WORDS and before) or meant in item) and word.group() not in item:
                yield word.span()
                break


def _phonetic(raw: str) -> bool:
    """Whether the small capitals are of a pronunciation: /ɪnˈtɛl/."""
    return regex.search(r"[/\[][^/\[\]\s]{1,40}[/\]]", raw) is not None and normalise(raw) == raw


def _is_mixed(word: str, audience: Audience, item: str) -> bool:
    word = _NEUTRAL.sub("", word)
    if _NUMERAL.fullmatch(word):
        return False
    if _UNSPACED.search(word) and _strays(word, audience, item):
        return True
    return any(part and not part.isascii() and _is_mixed_part(part, audience) for part in _UNSPACED.split(word))


def _strays(word: str, audience: Audience, item: str) -> bool:
    """Whether letters that the audience does not read, and the item does not have, stand in a word: 骑행."""
    if "Hani" not in audience.scripts:
        return False
    strays = [run for name, some in _STRAYS.items() if name not in audience.scripts for run in some.findall(word)]
    return 0 < len("".join(strays)) < len(word) and any(run not in item for run in strays)


def _is_mixed_part(word: str, audience: Audience) -> bool:
    parts = [(match.lastgroup or "", match.group()) for match in _PART.finditer(word)]
    if len(parts) == 1:
        return _is_lookalike_word(*parts[0], audience)
    scripts = {script for script, _ in parts}
    if "Latin" in scripts and scripts & _BESIDE:
        return _is_inside(parts)
    if scripts <= {"Latin", "Greek"} and (_UNIT_END.fullmatch(word) or _UNIT_START.fullmatch(word)):
        return False
    if scripts & _ALL_ALIKE:
        return True
    if len(parts) > 2:
        return True
    return any(set(letters) <= _ALIKE.get(script, frozenset()) for script, letters in parts)


def _is_inside(parts: list[tuple[str, str]]) -> bool:
    """Whether Latin letters stand inside a word of Arabic, Hebrew or Devanagari, or the reverse.

    An article or a preposition before a Latin word is natural ("الiPhone"), and a postposition after one.
    """
    if len(parts) > 2:
        return True
    (first, before), (_, after) = parts
    if first == "Latin":
        return len(before) < 2 or len(after) < 2
    return len(after) < 2 or len(before) > 4


def _is_lookalike_word(script: str, word: str, audience: Audience) -> bool:
    """Whether a word in a script that the audience does not read looks like one in Latin letters."""
    name = _ISO_15924.get(script)
    if name is None or not audience.latin or name in audience.scripts:
        return False
    if script in _ALL_ALIKE:
        return len(word) > 1
    return set(word) <= _ALIKE[script]


MIXED = Rule("mixed", mixed, (RuleId("script.mixed", "a word mixes scripts"),))
