"""language.match: a copy is in the language of its audience.

It blocks only what is surely in another language: each field by itself, the fields together, and a sentence of its own
among others. Names, loan words and quotations tell nothing, and a text that is too short is not judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import regex

from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.audience import Audience, audience_of
from serve_app.policy.context import Action, Hit, PolicyContext, Rule, RuleId, fields_of
from serve_app.policy.han import is_chinese, is_japanese, wrong_form
from serve_app.policy.identify import LONGEST, TYPED, Guess, Words, listed, other_language, script_of, words_of
from serve_app.policy.quotations import own_words
from serve_app.policy.script import ScriptRule, runs_of, weight_of, wrong_place
from serve_app.policy.text import words as words_in

_SENTENCE: Final = regex.compile(r"[^.!?…؟।\n]+")
_LATIN: Final = regex.compile(r"\p{Latin}++")
_SENTENCE_WORDS: Final = 5
_CHINESE: Final = frozenset(("zh", "yue", "cmn", "wuu", "hak", "nan", "gan", "hsn"))
_HAN_READERS: Final = _CHINESE | {"ja", "ko"}
_FAR_LETTERS: Final = 4
_READ: Final = 500  # characters of the item
_WEAK: Final = 3  # words
_FIRM: Final = 2.5  # the same, of those that are no part of a name


class LanguageRule(Knobs):
    """Copy in another language than its audience's. action: where that is sure; unsure: where it is likely."""

    action: Action = "block"
    unsure: Action = "review"


class _Fault(NamedTuple):
    message: str
    sure: bool
    start: int
    end: int
    weak: bool = False


def language(copy: Copy, context: PolicyContext, settings: LanguageRule) -> Iterator[Hit]:
    """language.match."""
    audience = audience_of(context.item.locale)
    if not audience.scripts or audience.transcribed:
        return
    fields = [(field, text, own_words(text)) for field, text in fields_of(copy)]
    faults = [
        (field, text, fault)
        for field, text, own in fields
        if (fault := _fault(own, audience, context, title=field == "title"))
    ]
    if len(fields) > 1 and len(faults) == 1 and faults[0][0] == "title":
        faults = [(field, text, _of_a_name(text, fault, context)) for field, text, fault in faults]
    if len(fields) > 1 and not any(fault.sure for *_, fault in faults):
        field, text, own = fields[-1]
        together = _fault(f"{fields[0][2]}\n{own}", audience, context, title=False)
        if together and together.sure:
            faults = [(field, text, together._replace(start=0, end=len(text)))]
    for field, text, fault in faults:
        action = settings.action if fault.sure else settings.unsure
        span = fault.start, fault.end
        yield Hit("language.match", action, field, text[slice(*span)], span, message=fault.message)


def _of_a_name(title: str, fault: _Fault, context: PolicyContext) -> _Fault:
    """A title over a body in the audience's language may be a name: short, or one that the item gives as such."""
    evidence = context.evidence
    if not fault.weak and not _all_in(title, evidence.casefolded):
        return fault
    return fault._replace(
        sure=fault.sure
        and not fault.weak
        and _fault(evidence.text[:_READ], audience_of(context.item.locale), context, title=False) is not None
    )


def _all_in(title: str, item: str) -> bool:
    """Whether the item has each word of a title."""
    return all(word.casefold() in item for word in words_in(title))


def _fault(text: str, audience: Audience, context: PolicyContext, *, title: bool) -> _Fault | None:
    runs = runs_of(text, audience)
    own, latin, far = (weight_of(runs, kind) for kind in ("own", "latin", "far"))
    if audience.language in _HAN_READERS and (fault := _han_fault(text, audience)):
        return fault
    if far >= _FAR_LETTERS and far > own + latin:
        return _Fault("the copy is in a language of another script than the locale's", True, 0, len(text))
    if audience.latin and own:
        return _of_words(text, audience, latin=None if len(audience.scripts) > 1 else True)
    if latin > 2 * own and wrong_place(text, audience, context, ScriptRule(), title=title):
        return _of_words(text, audience, latin=True)
    return _of_words(text, audience, latin=False) if own and audience.language not in _HAN_READERS else None


def _han_fault(text: str, audience: Audience) -> _Fault | None:
    if audience.language in ("ja", "ko"):
        wrong = is_chinese(text) and not regex.search(r"\p{Hangul}", text)
        return _Fault("the copy is in Chinese", True, 0, len(text)) if wrong else None
    if is_japanese(text):
        return _Fault("the copy is in Japanese", True, 0, len(text))
    if not audience.form:
        return None
    characters, sure = wrong_form(text, audience.form)
    if not sure and len(characters) < (1 if audience.form == "Hant" else 2):
        return None
    name = "simplified" if audience.form == "Hant" else "traditional"
    at = text.index(characters[0])
    return _Fault(f"{name} characters: {''.join(characters[:5])}", sure, at, at + 1)


def _of_words(text: str, audience: Audience, *, latin: bool | None) -> _Fault | None:
    """Judge by the words. latin: read only Latin ones, only others, or, for None, both."""
    if latin is None:
        script = script_of(text)
    elif latin:
        script = "Latn"
    else:
        (script,) = audience.scripts if len(audience.scripts) == 1 else (script_of(_LATIN.sub("", text)),)
    if script == "Latn" and not audience.latin:
        expected = f"{audience.language}{TYPED}"
    else:
        expected = listed(audience.language, script)
        if not expected and (script != "Latn" or listed(audience.language)):
            return None
    words = words_of(text, latin=latin)
    guess = other_language(text, words, expected, audience.language)
    if guess is None or not guess.sure:
        guess = _of_a_sentence(text, words, expected, audience) or guess
    if guess is None:
        return None
    return _Fault(
        f"the copy is in {guess.language!r}, not in the locale's language",
        guess.sure,
        guess.start,
        guess.end,
        guess.firm < _FIRM,
    )


def _of_a_sentence(text: str, words: Words, expected: str, audience: Audience) -> Guess | None:
    """Return the other language of a whole sentence among sentences in the audience's."""
    if len(words.telling) <= _WEAK:
        return None
    for sentence in _SENTENCE.finditer(text, 0, LONGEST):
        inside = words.within(*sentence.span())
        if len(inside.telling) == len(words.telling):
            return None
        if len(inside.starts) < _SENTENCE_WORDS or len(inside.telling) <= _WEAK:
            continue
        guess = other_language(sentence.group(), inside, expected, audience.language)
        if guess and guess.sure and guess.own == 0 and guess.against > _WEAK:
            return guess
    return None


LANGUAGE = Rule("language", language, (RuleId("language.match", "the copy is in another language than the locale's"),))
