"""Quotation rule: what the copy has somebody say must stand in the item.

A quotation may be cut and its words may be inflected. It may not lose or gain a negation, change a number, or take its
words in another order.
"""

# ruff: noqa: RUF001 - the letters of other scripts are meant

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import regex
from pydantic import Field

from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.context import Action, Hit, PolicyContext, Rule, RuleId, fields_of
from serve_app.policy.evidence import Evidence
from serve_app.policy.speech import Speech, speech
from serve_app.policy.text import bare, script_of

# A speaker in a transcript: "Ana: ..."
_LABEL = regex.compile(
    r"(?:^|[\n.!?…»”])\s*((?:\p{Lu}[\p{L}\p{M}'’.-]*+\s?){1,3}"
    r"|[\p{Han}\p{Hiragana}\p{Katakana}\p{Arabic}\p{Devanagari} ]{2,20})[:：]"
)
_MOST_QUOTES: Final = 20  # of a field; a push has one or two


class QuoteRule(Knobs):
    """Quotations that the item does not contain.

    min_words: shorter quotations pass, because they are often scare quotes; a quotation of two words with a speaker
    does not.
    """

    action: Action = "block"
    min_words: int = Field(default=3, ge=1)


def quote(copy: Copy, context: PolicyContext, settings: QuoteRule) -> Iterator[Hit]:
    """grounding.quote."""
    for field, text in fields_of(copy):
        for n, spoken in enumerate(speech(text, settings.min_words, lambda label: _is_known(context, label))):
            if n >= _MOST_QUOTES or not _is_said(context, spoken, text):
                # A translated quotation cannot be compared.
                foreign = not any(script_of(spoken.text) in evidence.scripts for evidence in context.grounds)
                action: Action = "review" if foreign and settings.action == "block" else settings.action
                yield Hit("grounding.quote", action, field, spoken.text, (spoken.start, spoken.end))


def _is_known(context: PolicyContext, label: str) -> bool:
    """Whether the item has the last word of a label, which is a name or an office."""
    last = bare(label).split()[-1:]
    return bool(last) and any(last[0] in evidence.bare for evidence in context.grounds)


def _is_said(context: PolicyContext, spoken: Speech, text: str) -> bool:
    for evidence in context.grounds:
        at = evidence.utterances.place(spoken.text)
        if at is not None:
            return _speaks(evidence, at, f"{text[: spoken.start]} {text[spoken.end :]}")
    return False


def _speaks(evidence: Evidence, at: int, around: str) -> bool:
    """Whether the words beside a quotation name its speaker, where the transcript has several."""
    labels = [(match.start(), bare(match[1]).strip()) for match in _LABEL.finditer(evidence.text)]
    names = {name for _, name in labels}
    owner = next((name for start, name in reversed(labels) if start <= at), "")
    beside = bare(around)
    if len(names) < 2 or not owner or _names(owner, beside):
        return True
    return not any(_names(name, beside) for name in names)


def _names(name: str, text: str) -> bool:
    return any(len(part) > 1 and part in text for part in name.split())


QUOTE = Rule("quote", quote, (RuleId("grounding.quote", "the item has no such quotation"),))
