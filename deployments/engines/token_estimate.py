"""An upper estimate of a text's tokens, where the model's tokenizer is not at hand."""

from __future__ import annotations

import re
from typing import Final

_WORDS: Final = re.compile(r"[A-Za-z]+")
_SPACE: Final = re.compile(r"[^\S\n]+")


def estimate_tokens(text: str) -> int:
    """Estimate the tokens of prose, above the count of a byte-level tokenizer.

    A token is three ASCII letters of a word, two of a word in capitals, one digit or mark, or one byte of a letter
    beyond ASCII. The estimate is 1.2 to 1.5 times the real count for English and up to three times for other scripts,
    so facts are cut earlier than needed. It is no bound for random letters. tests/e2e/test_openai_server.py compares it
    with a tokenizer of 49k tokens.
    """
    letters = sum((len(word) + 1) // 2 if word.isupper() else (len(word) + 2) // 3 for word in _WORDS.findall(text))
    return letters + len(_SPACE.sub("", _WORDS.sub("", text)).encode("utf-8", "surrogatepass"))
