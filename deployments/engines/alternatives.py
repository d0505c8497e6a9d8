"""Two words compared by the likeliest first tokens of an answer, which is all that a server of others tells. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple


class Alternative(NamedTuple):
    """A token that an answer might have begun with, and its log-probability in nats."""

    token: str
    logprob: float


def contrast(alternatives: Sequence[Alternative], first: str, second: str) -> float | None:
    """log P(first) - log P(second). None when neither word is there, or nothing beside one token.

    Tokens that differ in case and in space around them are one word, whose probabilities add up. A word that is not
    there is taken to be as likely as the least likely token that is: it is not likelier.
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
    """Of the word in all its forms; None when none is there."""
    forms = [a.logprob for a in alternatives if a.token.strip().casefold() == word.casefold()]
    if not forms:
        return None
    likeliest = max(forms)
    return likeliest + math.log(sum(math.exp(logprob - likeliest) for logprob in forms))
