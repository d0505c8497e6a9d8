"""An upper estimate of a text's tokens, where the model's tokenizer is not at hand."""

from __future__ import annotations

import re
from typing import Final

_WORDS: Final = re.compile(r"[A-Za-z]+")
_SPACE: Final = re.compile(r"[^\S\n]+")


def estimate_tokens(text: str) -> int:
    """More rather than fewer tokens than a byte-level tokenizer makes of prose, for a bound that shall hold.

    Three ASCII letters of a word are a token, two of a word in capitals; so is every digit and mark, and every byte of
    a letter beyond ASCII. English is counted 1.2 to 1.5 times, other scripts up to three times what a tokenizer with a
    large vocabulary makes of them: facts are cut earlier than they would have to be. It is no bound for letters
    that are no words. Compared in tests/e2e/test_openai_server.py with a tokenizer of 49k tokens.
    """
    letters = sum((len(word) + 1) // 2 if word.isupper() else (len(word) + 2) // 3 for word in _WORDS.findall(text))
    return letters + len(_SPACE.sub("", _WORDS.sub("", text)).encode("utf-8", "surrogatepass"))
