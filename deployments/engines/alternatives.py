"""Comparison of two words by the likeliest first tokens of an answer, which is all that an API gives. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple


class Alternative(NamedTuple):
    """A possible first token of an answer, and its log-probability in nats."""

    token: str
    logprob: float


def contrast(alternatives: Sequence[Alternative], first: str, second: str) -> float | None:
    """Return log P(first) - log P(second); None when neither word is listed, or only one token is.

    Tokens that differ only in case and surrounding space are one word: their probabilities are added. A word that is
    not listed counts as likely as the least likely listed token, which is its upper bound.
    """
    if len(alternatives) < 2:
        return None
    logprobs = [_logprob(alternatives, word) for word in (first, second)]
    if logprobs == [None, None]:
        return None
    least = min(a.logprob for a in alternatives)
    one, other = (least if logprob is None else logprob for logprob in logprobs)
    return one - other


def _logprob(alternatives: Sequence[Alternative], word: str) -> float | None:
    """Return the log-probability of the word in all its forms; None when none is listed."""
    forms = [a.logprob for a in alternatives if a.token.strip().casefold() == word.casefold()]
    if not forms:
        return None
    likeliest = max(forms)
    return likeliest + math.log(sum(math.exp(logprob - likeliest) for logprob in forms))
