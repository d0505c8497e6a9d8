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
from serve_app.policy.text import words


def _set(words_of_language: str) -> frozenset[str]:
    return frozenset(words_of_language.split())


# Words that cannot end a sentence. Prepositions that can are left out ("what it is for").
_DANGLING: dict[str, frozenset[str]] = {
    "en": _set("the a an and or but nor because although unless whose my your our their its than every"),
    "de": _set("der die das den dem des ein eine einen einem und oder aber weil dass mit von für zum zur"),
    "fr": _set("le la les un une des du de et ou mais car que qui dans pour avec sur au aux chez"),
    "es": _set("el la los las un una unos unas y o pero porque que de del con para por en al"),
    "it": _set("il lo la gli le un una di del della e o ma perché che con per in al alla"),
    "pt": _set("o a os as um uma de do da dos das e ou mas porque que com para por em no na"),
}
_OPEN_ENDED = regex.compile(r"(?:[,;:\-–—{</&+=]|(?<![:;=\-])[(\[])\s*$")
_QUOTES = frozenset('"“”„')
_PAIRS = (("«", "»"), ("「", "」"), ("『", "』"), ("(", ")"), ("[", "]"))
_SENTENCE_END = regex.compile(r"(?<![.!?…。！？])[.!?…。！？]++[\"'”’»)\]]*+(?:\s|$)")
UNFINISHED: Final = "format.unfinished"
_STOPS_MID_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]$")


class FinishedRule(Knobs):
    """Text that is cut off or runs on. Filling the limit is no sign of it: our own writers say when they were cut."""

    action: Action = "block"
    run_on: Action = "review"
    max_sentence_words: int = Field(default=35, ge=5)


def finished(copy: Copy, context: PolicyContext, settings: FinishedRule) -> Iterator[Hit]:
    """format.unfinished, format.unclosed and format.run_on."""
    for field, text in fields_of(copy):
        tail = text[-40:]
        if _OPEN_ENDED.search(text) or _dangles(text, context.item.language):
            yield Hit(UNFINISHED, settings.action, field, tail)
        if unclosed := _unclosed(text):
            yield Hit("format.unclosed", settings.action, field, text[text.rfind(unclosed) :])
        longest = max((len(words(sentence)) for sentence in _SENTENCE_END.split(text)), default=0)
        if longest > settings.max_sentence_words:
            yield Hit("format.run_on", settings.run_on, field, tail)


def cut_off(copy: Copy) -> Hit:
    """format.unfinished, for a draft that its generator reports as unfinished."""
    field: FieldName = "body" if copy.body.strip() else "title"
    return Hit(UNFINISHED, "rewrite", field, getattr(copy, field)[-40:])


def _dangles(text: str, language: str) -> bool:
    if not _STOPS_MID_WORD.search(text):
        return False
    text_words = words(text)
    # A single capital may be a name or a grade: "Vitamin A", "Plan O".
    return (
        len(text_words) > 1
        and text_words[-1].casefold() in _DANGLING.get(language, ())
        and not _is_initial(text_words[-1])
    )


def _is_initial(word: str) -> bool:
    return len(word) == 1 and word.isupper()


def _unclosed(text: str) -> str:
    """Return the mark that was opened and not closed; empty when all are closed."""
    quotes = [c for c in text if c in _QUOTES]  # people mix straight and curly ones
    if len(quotes) % 2 and not regex.search(r"\d\"", text):  # an inch mark is no quote
        return quotes[-1]
    for opening, closing in _PAIRS:
        last = text.rfind(opening)
        if last >= 0 and not any(c in text[last + 1 :] for c in closing) and not _smiley(text, last):
            return opening
    return ""


def _smiley(text: str, at: int) -> bool:
    return text[at] in "([" and at > 0 and text[at - 1] in ":;=-"


FINISHED = Rule(
    "finished",
    finished,
    (
        RuleId(UNFINISHED, "the text breaks off"),
        RuleId("format.unclosed", "a quotation mark or bracket is not closed"),
        RuleId("format.run_on", "a sentence runs on without a stop", "run_on"),
    ),
)
