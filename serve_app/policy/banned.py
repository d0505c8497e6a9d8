"""Words that may not be sent, or that a person should see first. The list is the operator's; this one is a start.

No legal advice: vendors' and lawyers' lists differ by market. Give your own with `policy.banned.words`.
"""

# ruff: noqa: RUF001 - the marks of other scripts are meant

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Literal

import regex
from pydantic import Field

from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.context import Action, Hit, PolicyContext, fields_of

# Scripts that put no space between words: there, a banned word is looked for anywhere.
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")


class BannedWord(Knobs):
    """A word or phrase, compared NFKC-casefolded and whole."""

    text: str = Field(min_length=1, max_length=100)
    action: Literal["review", "block"] = "block"


def _words(action: Literal["review", "block"], *texts: str) -> tuple[BannedWord, ...]:
    return tuple(BannedWord(text=text, action=action) for text in texts)


_DEFAULT = (
    *_words("block", "fuck", "fucks", "fucked", "fucking", "motherfucker", "shit", "shitty", "bullshit", "cunt"),
    *_words("block", "asshole", "bitch", "bitches", "whore", "slut", "retard", "retarded", "nigger", "faggot", "kike"),
    *_words("block", "miracle cure", "cures cancer", "kill yourself", "get rich quick", "risk-free investment"),
    *_words(
        "review", "guaranteed", "risk-free", "100% free", "free money", "no side effects", "act now", "last chance"
    ),
    *_words("review", "click here", "you won a", "best in the world", "world's best", "cheapest", "number one"),
    *_words("review", "国家级", "最高级", "最佳", "稳赚"),  # China's Advertising Law, Art. 9 (3), and its kin
)


class BannedRule(Knobs):
    action: Action = "block"
    words: tuple[BannedWord, ...] = Field(default=_DEFAULT, max_length=20_000)

    @cached_property
    def actions(self) -> dict[str, Action]:
        """By the words as they are compared; once a list, which may be long, and not once a copy."""
        return {_key(word.text): word.action for word in self.words}

    @cached_property
    def pattern(self) -> regex.Pattern[str]:
        return _pattern(self.actions)


def banned(copy: Copy, context: PolicyContext, settings: BannedRule) -> Iterator[Hit]:  # noqa: ARG001
    """BANNED_WORD, with the word's own action, or `action` where that is milder."""
    if settings.action == "off" or not settings.words:
        return
    for field, text in fields_of(copy):
        for found in dict.fromkeys(_key(match.group()) for match in settings.pattern.finditer(_visible(text))):
            own = settings.actions.get(found, "block")
            yield Hit("BANNED_WORD", own if settings.action == "block" else "review", field, found)


def _pattern(keys: Iterable[str]) -> regex.Pattern[str]:
    """One alternation for the whole list, longest first."""
    alternatives = []
    for key in sorted(keys, key=len, reverse=True):
        words = r"\s+".join(regex.escape(part) for part in key.split())
        alternatives.append(words if _UNSPACED.search(key) else rf"(?<![\p{{L}}\p{{N}}]){words}(?![\p{{L}}\p{{N}}])")
    return regex.compile("|".join(alternatives))


def _key(text: str) -> str:
    return " ".join(_visible(text).split())


def _visible(text: str) -> str:
    """NFKC and case folded, without the invisible characters (category Cf) that split a word for a filter."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return "".join(c for c in folded if unicodedata.category(c) != "Cf")
