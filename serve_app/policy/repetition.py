"""Repetition rule: loops of a small language model, and a body that repeats the title."""

# ruff: noqa: RUF001 - the marks of other scripts are meant

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import regex
from pydantic import Field
from rapidfuzz import fuzz

from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.context import Action, Hit, PolicyContext, Rule, RuleId, fields_of
from serve_app.policy.text import folded_field, readable
from serve_app.policy.wording import wording_of

# Letters only: 1000000 is a number, "......" is punctuation (see `shouting`).
_CHARACTER_RUN = regex.compile(r"(\p{L})\1{6,}", regex.IGNORECASE)
# A word, and what may stand between it and its repetition.
_WORD = regex.compile(r"([\p{L}\p{M}\p{N}'’]++)([\s,.!?-]*+)")
_LONGEST_RUN = 3


class RepetitionRule(Knobs):
    """Repeated letters, words and phrases.

    min_variety: least share of distinct words, for fields of at least `variety_words` words.
    """

    action: Action = "block"
    max_phrase_repeats: int = Field(default=2, ge=1)
    min_variety: float = Field(default=0.5, ge=0, le=1)
    variety_words: int = Field(default=8, ge=2)
    max_title_body_similarity: float = Field(default=92.0, ge=0, le=100)


def repetition(copy: Copy, context: PolicyContext, settings: RepetitionRule) -> Iterator[Hit]:
    """format.looping within a field, duplicate.title between the two."""
    for field, text in fields_of(copy):
        excerpt = _loop(text, settings)
        if excerpt:
            yield Hit("format.looping", settings.action, field, excerpt)
    title, body = folded_field(readable(copy.title)), folded_field(readable(copy.body))
    if title and body and _says_the_same(title, body, context, settings):
        yield Hit("duplicate.title", settings.action, "body", copy.body)


def _says_the_same(title: str, body: str, context: PolicyContext, settings: RepetitionRule) -> bool:
    if fuzz.ratio(title, body) >= settings.max_title_body_similarity:
        return True
    language = context.item.language
    likeness = wording_of(title, language).likeness(wording_of(body, language))
    return 100 * likeness >= settings.max_title_body_similarity


def _loop(text: str, settings: RepetitionRule) -> str:
    if run := _CHARACTER_RUN.search(text):
        return run.group()
    folded_words = folded_field(text).split()
    distinct = len(set(folded_words))
    repeats = len(folded_words) - distinct
    if (repeats >= _LONGEST_RUN or "'" in text or "’" in text) and (repeated := _word_run(text)):
        return repeated
    if repeats >= settings.max_phrase_repeats:
        phrases = Counter(zip(folded_words, folded_words[1:], folded_words[2:], strict=False))
        phrase, count = phrases.most_common(1)[0] if phrases else ((), 0)
        if count > settings.max_phrase_repeats:
            return " ".join(phrase)
    if len(folded_words) >= settings.variety_words and distinct < settings.min_variety * len(folded_words):
        return text
    return ""


def _word_run(text: str) -> str:
    """Return the first word that comes more than three times in a row, with its repetitions."""
    all_words = [word for word, _ in _WORD.findall(text.casefold())]
    if len(all_words) - len(set(all_words)) < _LONGEST_RUN:
        return ""
    previous, began, times, end = "", 0, 0, -1
    for match in _WORD.finditer(text):
        word = match[1].casefold()
        if word == previous and match.start() == end:
            times += 1
        else:
            previous, began, times = word, match.start(), 1
        if times > _LONGEST_RUN:
            return text[began : match.end(1)]
        end = match.end()
    return ""


REPETITION = Rule(
    "repetition",
    repetition,
    (
        RuleId("format.looping", "words or letters repeat"),
        RuleId("duplicate.title", "the body repeats the title"),
    ),
)
