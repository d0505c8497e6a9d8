"""What a writer is told after policy has rejected all of its copies: short sentences, made of the findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

import regex

from deployments.generator.structured import limits
from deployments.language_names import language_name
from deployments.text import clean
from deployments.types import Candidate, LengthProfile, OutputField, PolicyFinding

# By the start of a rule's id, the longest that fits. {words}: those found, quoted. What says nothing of the copy, such
# as a picture's content, has no row: no wording can mend it.
_SENTENCES: Final = {
    "grounding.": "Do not write {words}: the item does not say it.",
    "terms.": "Do not use {words}.",
    "pii.": "Give no link, e-mail address, phone number or other personal data.",
    "safety.text": "Say nothing that insults or demeans anybody.",
    "safety.sexual": "Write nothing sexual.",
    "language.": "Write in {language} only.",
    "script.": "Write in {language} only.",
    "length.title": "At most {title} characters in the title.",
    "length.body": "At most {body} characters in the body.",
    "length.payload": "Keep it short.",
    "placeholder.": "Write no placeholders and no braces.",
    "emoji.": "Use no emoji.",
    "duplicate.": "Say it in other words than usual.",
    "duplicate.title": "The body must not repeat the title.",
    "style.": "Keep to the style.",
    "format.": "Write plain, complete sentences without markup, labels, capitals for stress or repeated marks.",
}
_ROOM: Final = 0.8
"""Of a limit: a writer that was told the limit and missed it gets less."""
_MOST: Final = 6
_MOST_WORDS: Final = 5
_MOST_CHARACTERS: Final = 40
_QUOTES: Final = regex.compile(r"[\p{Quotation_Mark}`{}<>\[\]|]++")


def constraints_of(candidates: Sequence[Candidate], profile: LengthProfile, language: str) -> tuple[str, ...]:
    """Return the sentences, the most frequent first, in the same order however the candidates come.

    Empty where some candidate was rejected for what no other wording mends. Words of a copy are quoted and few:
    they may be the item's, and are data.
    """
    longest = limits(profile, language)
    values = {
        "language": language_name(language),
        "title": int(longest[OutputField.TITLE] * _ROOM),
        "body": int(longest[OutputField.BODY] * _ROOM),
    }
    sentences: Counter[str] = Counter()
    for finding in (f for c in candidates for f in c.findings if f.severity.rejects):
        row = max((start for start in _SENTENCES if finding.rule.startswith(start)), key=len, default=None)
        if row is None:
            return ()
        sentences[_SENTENCES[row].format(words=_quoted(finding), **values)] += 1
    return tuple(sorted(sentences, key=lambda sentence: (-sentences[sentence], sentence))[:_MOST])


def _quoted(finding: PolicyFinding) -> str:
    words = _QUOTES.sub(" ", clean(finding.text)).split()[:_MOST_WORDS]
    text = " ".join(words)[:_MOST_CHARACTERS].strip()
    return f'"{text}"' if text else "such words"
