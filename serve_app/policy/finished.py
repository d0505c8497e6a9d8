"""Finished rule: the text stops in mid-sentence, leaves a mark unclosed, or runs on without a stop."""

# ruff: noqa: RUF001 - the marks of other scripts are meant

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import regex
from pydantic import Field

from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.context import Action, FieldName, Hit, PolicyContext, Rule, RuleId, fields_of
from serve_app.policy.form import Form, form_of
from serve_app.policy.text import words

# A plus after a letter belongs to a name: "Disney+", "C++".
_OPEN_ENDED: Final = regex.compile(r"(?:[,;:\-–—{</&=、，،؛]|(?<=\s)\+|(?<![:;=\-])[(\[（【])\s*$")
_QUOTES: Final = frozenset('"“”„')
# Quotation marks that are none: of Hebrew abbreviations, and of inches.
_NO_QUOTE: Final = regex.compile(r"(?<=\p{Hebrew})\"(?=\p{Hebrew})|(?<=\d)[\"”]")
_PAIRS: Final = (("「", "」"), ("『", "』"), ("《", "》"), ("【", "】"), ("(", ")"), ("[", "]"))
_SENTENCE_END: Final = regex.compile(r"(?<![.!?…。！？।])[.!?…。！？।]++[\"'”’»)\]」』]*+(?:\s|$)")
UNFINISHED: Final = "format.unfinished"
_STOPS_MID_WORD: Final = regex.compile(r"[\p{L}\p{M}\p{N}]")
_SINGLE_CAPITAL: Final = regex.compile(r"\b\p{Lu}$")
_AFTER_COMMA: Final = regex.compile(r",\s+[\p{L}\p{M}]+$")
_CUT_BEFORE_DOTS: Final = regex.compile(r"(?<=[\p{L}\p{M}])\s?(?:\.\.\.|…)$")
_LETTERS: Final = regex.compile(r"[\p{L}\p{M}]++")
_NEAR: Final = 8  # words before a preposition in which what it belongs to may stand
_LEAST_HALF: Final = 3  # letters of half a word, and of the half that is missing
# Endings that another form of the same word has.
_ENDINGS: Final = frozenset(
    (
        *("ing", "ers", "ies", "ness", "ful", "est", "mente", "ais", "eis", "ões", "ción", "ciones"),
        *("ого", "его", "ому", "ему", "ами", "ями", "ыми", "ими", "ией", "ться"),
    )
)


class FinishedRule(Knobs):
    """Text that is cut off or runs on. Filling the limit is no sign of it: our own writers say when they were cut.

    maybe: for an end that is unusual and may be meant, as a title in Hindi that ends with a postposition.
    """

    action: Action = "rewrite"
    maybe: Action = "review"
    unclosed: Action = "block"
    run_on: Action = "review"
    max_sentence_words: int = Field(default=35, ge=5)


def finished(copy: Copy, context: PolicyContext, settings: FinishedRule) -> Iterator[Hit]:
    """format.unfinished, format.unclosed and format.run_on."""
    language = context.item.language
    form = form_of(language)
    for field, read in fields_of(copy):
        text = read.rstrip()
        tail = text[-40:]
        half = _is_half_a_word(text, context)
        if _OPEN_ENDED.search(text) or _breaks_off(text, form, field) or (half and _SENTENCE_END.search(text)):
            yield Hit(UNFINISHED, settings.action, field, tail)
        elif half or _may_break_off(text, form, field):
            yield Hit(UNFINISHED, settings.maybe, field, tail)
        if unclosed := _unclosed(text):
            yield Hit("format.unclosed", settings.unclosed, field, text[text.rfind(unclosed) :])
        elif language == "es" and (mark := _without_its_pair(text)):
            yield Hit(
                "format.unclosed", settings.maybe, field, mark, message="a question or a call has one mark of two"
            )
        if len(text) > 2 * settings.max_sentence_words and _longest(text) > settings.max_sentence_words:
            yield Hit("format.run_on", settings.run_on, field, tail)


def _longest(text: str) -> int:
    """Return the number of words of the longest sentence."""
    return max((len(words(sentence)) for sentence in _SENTENCE_END.split(text)), default=0)


def cut_off(copy: Copy) -> Hit:
    """format.unfinished, for a draft that its generator reports as unfinished."""
    field: FieldName = "body" if copy.body.strip() else "title"
    return Hit(UNFINISHED, "rewrite", field, getattr(copy, field)[-40:])


def _breaks_off(text: str, form: Form, field: FieldName) -> bool:
    """Whether the last word cannot be the last."""
    if not _STOPS_MID_WORD.match(text[-1:]):
        return False
    tail = text[-200:]
    if form.ends.search(tail) or (field == "body" and form.body_ends.search(tail)):
        return True
    last = [word.casefold() for word in words(tail)]
    # A single capital may be a name or a grade: "Vitamin A", "Plan O".
    if len(last) < 2 or _SINGLE_CAPITAL.search(tail) or _ends_in_an_abbreviation(tail):
        return False
    if last[-1] in form.after_comma and _AFTER_COMMA.search(tail):
        return True
    if " ".join(last[-2:]) in form.may_end:
        return False
    cannot = form.dangling | form.body_dangling if field == "body" else form.dangling
    return last[-1] in cannot or _is_half_a_phrase(last, form) or (field == "body" and _is_stranded(last, form))


def _is_half_a_phrase(last: list[str], form: Form) -> bool:
    """Whether the last two words need another one: "put the cat in his", but not "put her hand in his"."""
    if last[-1] in form.possessives:
        return last[-2] in form.prepositions
    return " ".join(last[-2:]) in form.pairs and not form.alone.intersection(last[:-2])


def _ends_in_an_abbreviation(tail: str) -> bool:
    """Whether the last word alone is in capitals, as the Russian abbreviation of overtime."""
    *others, last = words(tail)
    return len(last) > 1 and last.isupper() and any(not word.isupper() for word in others if len(word) > 1)


def _is_stranded(last: list[str], form: Form) -> bool:
    """Whether the text ends with a preposition, and nothing before it takes it: "what he is looking for"."""
    return last[-1] in form.stranded and not form.free.intersection(last[-_NEAR:-1])


def _may_break_off(text: str, form: Form, field: FieldName) -> bool:
    if not _STOPS_MID_WORD.match(text[-1:]):
        return False
    tail = text[-200:]
    if form.maybe_ends.search(tail) or (field == "title" and form.body_ends.search(tail)):
        return True
    last = [word.casefold() for word in words(tail)]
    pair = " ".join(last[-2:])
    return len(last) > 1 and (
        last[-1] in form.body_dangling | form.maybe_dangling | form.possessives
        or pair in form.may_end | form.pairs
        or _is_stranded(last, form)
    )


def _is_half_a_word(text: str, context: PolicyContext) -> bool:
    """Whether the item goes on where the text stops: its last two words, and more letters."""
    bare = _CUT_BEFORE_DOTS.sub("", text) if text.endswith((".", "…")) else text
    if not _LETTERS.match(bare[-1:]):
        return False
    pair = words(bare[-100:].casefold())[-2:]
    if len(pair) < 2 or len(pair[1]) < _LEAST_HALF:
        return False
    said = context.evidence.casefolded
    joined = " ".join(pair)
    rests = [_rest(said, at + len(joined)) for at in _places(said, joined)]
    return bool(rests) and all(len(rest) >= _LEAST_HALF and rest not in _ENDINGS for rest in rests)


def _places(text: str, part: str) -> Iterator[int]:
    """Yield where the part begins a word."""
    at = text.find(part)
    while at >= 0:
        if at == 0 or not text[at - 1].isalnum():
            yield at
        at = text.find(part, at + 1)


def _rest(text: str, at: int) -> str:
    match = _LETTERS.match(text, at)
    return match.group() if match else ""


def _unclosed(text: str) -> str:
    """Return the mark that was opened and not closed, or closed and not opened; empty when all are closed."""
    plain = _NO_QUOTE.sub(" ", text)
    quotes = [c for c in plain if c in _QUOTES]  # people mix straight and curly ones
    if len(quotes) % 2:
        return quotes[-1]
    if text.count("«") != text.count("»"):  # Danish and German set them the other way round
        return "«" if "«" in text else "»"
    for opening, closing in _PAIRS:
        last = text.rfind(opening)
        if last >= 0 and closing not in text[last + 1 :] and not _smiley(text, last):
            return opening
        first = text.find(closing)
        if first >= 0 and opening not in text[:first] and opening not in "([":  # 1) or :-)
            return closing
    return ""


def _without_its_pair(text: str) -> str:
    """Return the Spanish mark whose pair is missing: "¿Vienes", "Vienes?"."""
    for opening, closing in (("¿", "?"), ("¡", "!")):
        if (opening in text) != (closing in text) and not {"¿", "¡"} <= {*text}:
            return opening if opening in text else closing
    return ""


def _smiley(text: str, at: int) -> bool:
    return text[at] in "([" and at > 0 and text[at - 1] in ":;=-"


FINISHED = Rule(
    "finished",
    finished,
    (
        RuleId(UNFINISHED, "the text breaks off"),
        RuleId("format.unclosed", "a quotation mark or bracket is not closed", "unclosed"),
        RuleId("format.run_on", "a sentence runs on without a stop", "run_on"),
    ),
)
