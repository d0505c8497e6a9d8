"""Banned words: blocked, or marked for review. The default list is only a start, and is no legal advice.

Lists differ by market and vendor. Replace this one with `policy.banned.words`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from pydantic import Field

from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.context import Action, Hit, PolicyContext, Rule, RuleId, fields_of
from serve_app.policy.word_list import WordAction, WordList


class BannedWord(Knobs):
    """A word or phrase. Compared NFKC-casefolded, as whole words."""

    text: str = Field(min_length=1, max_length=100)
    action: WordAction = "block"


def _words(action: WordAction, *texts: str) -> tuple[BannedWord, ...]:
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
    def word_list(self) -> WordList:
        return WordList((word.text, word.action) for word in self.words)


def banned(copy: Copy, context: PolicyContext, settings: BannedRule) -> Iterator[Hit]:
    """terms.banned, with the word's own action, or the rule's `action` where it is milder.

    The tenant's own words are blocked, whatever the operator's rule says.
    """
    for field, text in fields_of(copy):
        for word, action in settings.word_list.found_in(text) if settings.action != "off" else ():
            yield Hit("terms.banned", action if settings.action == "block" else "review", field, word)
        for word, action in context.tenant_banned.found_in(text) if context.tenant_banned else ():
            yield Hit("terms.banned", action, field, word)


BANNED = Rule(
    "banned",
    banned,
    (RuleId("terms.banned", "a banned word or phrase"),),
)
