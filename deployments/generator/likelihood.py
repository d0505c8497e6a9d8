"""The likelihood of a copy under the model that wrote it, of its words alone.

An answer is a JSON object. Its braces, names and quotation marks are forced by the grammar, and an engine that samples
under one gives log-probabilities of what the grammar lets through: these tokens are all but certain. Counted, they
would make a short copy more likely than a long one of equal words.
"""

from __future__ import annotations

from collections.abc import Iterable
from statistics import fmean

from deployments.engines.words import Token
from deployments.generator.structured import FIELD_NAMES

_NAMES = frozenset(FIELD_NAMES.values())


def words_likelihood(tokens: Iterable[Token]) -> float | None:
    """Return the mean log-probability of the tokens that have a part of the title or the body; None without any.

    Within these texts the grammar bars some characters, such as quotation marks and brackets, and an end before the
    least length. So the value is the model's own over what remains, a little above that without a grammar.
    """
    reader = _Reader()
    values = [token.logprob for token in tokens if reader.is_words(token.text) and token.logprob is not None]
    return fmean(values) if values else None


class _Reader:
    """Reads a flat JSON object, in a text or alone, piece by piece."""

    def __init__(self) -> None:
        self._began = False
        self._in_string = False
        self._escaped = False
        self._is_value = False
        self._string = ""
        self._name = ""

    def is_words(self, piece: str) -> bool:
        """Whether the piece has a part of a title or body. An empty piece is a part of a character."""
        if not piece:
            return self._in_words
        taken = [self._takes(character) for character in piece]
        return any(taken)

    @property
    def _in_words(self) -> bool:
        return self._in_string and self._is_value and self._name in _NAMES

    def _takes(self, character: str) -> bool:
        """Read on. Whether the character belongs to the words."""
        if not self._in_string:
            if character == '"' and self._began:
                self._in_string, self._string = True, ""
            elif character == "{":
                self._began, self._is_value = True, False
            elif character in ":,":
                self._is_value = character == ":"
            return False
        if character == '"' and not self._escaped:
            self._in_string = False
            if not self._is_value:
                self._name = self._string
            return False
        self._escaped = character == "\\" and not self._escaped
        self._string += character
        return self._in_words
