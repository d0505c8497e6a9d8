"""Banned words: blocked, or marked for review. The default list is only a start, and is no legal advice.

Lists differ by market and vendor. Replace this one with `policy.banned.words`.
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

# Scripts without spaces between words: there, a banned word matches anywhere.
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")


class BannedWord(Knobs):
    """A word or phrase. Compared NFKC-casefolded, as whole words."""

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
    """Banned words and phrases, each with its own action."""

    action: Action = "block"
    words: tuple[BannedWord, ...] = Field(default=_DEFAULT, max_length=20_000)

    @cached_property
    def actions(self) -> dict[str, Action]:
        """Actions by normalised word. Cached, because a list may be long."""
        return {_key(word.text): word.action for word in self.words}

    @cached_property
    def pattern(self) -> regex.Pattern[str]:
        return _pattern(self.actions)


def banned(copy: Copy, context: PolicyContext, settings: BannedRule) -> Iterator[Hit]:  # noqa: ARG001
    """BANNED_WORD, with the word's own action, or the rule's `action` where it is milder."""
    if settings.action == "off" or not settings.words:
        return
    for field, text in fields_of(copy):
        for matched_word in dict.fromkeys(_key(match.group()) for match in settings.pattern.finditer(_visible(text))):
            word_action = settings.actions.get(matched_word, "block")
            yield Hit("BANNED_WORD", word_action if settings.action == "block" else "review", field, matched_word)


def _pattern(keys: Iterable[str]) -> regex.Pattern[str]:
    """Compile one alternation for the list, longest word first."""
    alternatives = []
    for key in sorted(keys, key=len, reverse=True):
        words = r"\s+".join(regex.escape(part) for part in key.split())
        alternatives.append(words if _UNSPACED.search(key) else rf"(?<![\p{{L}}\p{{N}}]){words}(?![\p{{L}}\p{{N}}])")
    return regex.compile("|".join(alternatives))


def _key(text: str) -> str:
    return " ".join(_visible(text).split())


def _visible(text: str) -> str:
    """Normalise by NFKC and case folding, without the invisible characters (Cf) that hide a word from a filter."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return "".join(c for c in folded if unicodedata.category(c) != "Cf")
