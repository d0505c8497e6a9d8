"""Quotation rule: what stands in quotation marks must stand in the item."""

# ruff: noqa: RUF001 - the marks of other scripts are meant

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import regex
from pydantic import Field
from rapidfuzz import fuzz

from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.context import Action, Hit, PolicyContext, Rule, RuleId, fields_of
from serve_app.policy.evidence import Evidence
from serve_app.policy.text import fold, words

# An opening mark is none of what it opens, and an apostrophe follows a letter: so each text is read once.
_QUOTES = regex.compile(
    r"“([^“”]+)”|\"([^\"]+)\"|„([^„“”]+)[“”]|«([^«»]+)»|「([^「」]+)」|『([^『』]+)』"
    r"|(?<![\p{L}\p{N}])[‘']([^‘’']{3,}+(?:(?<=[\p{L}\p{N}])['’]\p{L}[^‘’']*+)*)[’'](?![\p{L}\p{N}])"
)

# A search for a similar text takes a millisecond. A push quotes once or twice: further quotes must be word for word.
_MOST_SIMILAR: Final = 20
_LONGEST_PIECE: Final = 200


class QuoteRule(Knobs):
    """Quotations that the item does not contain.

    min_words: shorter quotations pass, because they are often scare quotes.
    """

    action: Action = "block"
    min_words: int = Field(default=2, ge=1)
    min_similarity: float = Field(default=90.0, ge=0, le=100)


def quote(copy: Copy, context: PolicyContext, settings: QuoteRule) -> Iterator[Hit]:
    """grounding.quote."""
    for field, text in fields_of(copy):
        for n, quoted in enumerate(dict.fromkeys(_quotes(text, settings.min_words))):
            similarity = settings.min_similarity if n < _MOST_SIMILAR else None
            if not any(_is_quoted_from(evidence, quoted, similarity) for evidence in context.grounds):
                yield Hit("grounding.quote", settings.action, field, quoted)


def _quotes(text: str, min_words: int) -> Iterator[str]:
    for groups in _QUOTES.findall(text):
        quoted = next(g for g in groups if g)
        # Scripts without spaces have no words to count; four characters are a quotation there.
        if len(words(quoted)) >= min_words or (len(quoted) >= 4 and regex.search(r"[\p{Han}\p{Kana}]", quoted)):
            yield quoted


def _is_quoted_from(evidence: Evidence, quoted: str, min_similarity: float | None) -> bool:
    """Whether the quote stands in the evidence: nearly, or without `min_similarity` word for word.

    A long one is looked for piece by piece.
    """
    folded = fold(quoted)
    if folded in evidence.folded:
        return True
    if min_similarity is None or len(folded) > len(evidence.folded):
        return False
    pieces = (folded[at : at + _LONGEST_PIECE] for at in range(0, len(folded), _LONGEST_PIECE))
    return all(
        fuzz.partial_ratio(piece, evidence.folded, score_cutoff=min_similarity) >= min_similarity for piece in pieces
    )


QUOTE = Rule("quote", quote, (RuleId("grounding.quote", "the item has no such quotation"),))
