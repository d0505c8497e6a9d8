"""Emoji rule: too many, others than the operator's, and pieces of one that was cut.

Emoji are read as they are sent: NFKC makes letters of some.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import regex
from pydantic import Field

from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.context import Action, FieldName, Hit, PolicyContext, Rule, RuleId
from serve_app.policy.form import form_of

_TONE: Final = r"\U0001f3fb-\U0001f3ff"
_TAG: Final = r"\U000e0020-\U000e007e"
_REGION: Final = r"\U0001f1e6-\U0001f1ff"
_ONE: Final = rf"(?:\p{{Emoji_Modifier_Base}}\ufe0f?+[{_TONE}]|\p{{Extended_Pictographic}}[\ufe0e\ufe0f]?+)"
# UTS #51: a flag of a part of a country, of a country, a keycap, or pictures joined to one.
_WHOLE: Final = (
    rf"\U0001f3f4[{_TAG}]{{2,6}}+\U000e007f|[{_REGION}]{{2}}|[0-9\#*]\ufe0f?+\u20e3|{_ONE}(?:\u200d{_ONE})*+"
)
_PIECE: Final = (
    rf"[{_REGION}{_TONE}\u20e3]|[{_TAG}\U000e007f]++|[0-9\#*]\ufe0f|\ufe0f"
    rf"|(?<=[\p{{Extended_Pictographic}}\ufe0f{_TONE}{_REGION}])\u200d"
)
_EMOJI: Final = regex.compile(rf"(?P<whole>{_WHOLE})|(?P<piece>{_PIECE})")
_MAY_HAVE: Final = regex.compile(rf"[\p{{Extended_Pictographic}}\u200d\u20e3\ufe0f{_REGION}{_TONE}{_TAG}]")
# Symbols that are text unless U+FE0F asks for the picture, and marks of trade even then.
_TEXT_STYLE: Final = regex.compile(rf"\P{{Emoji_Presentation}}(?:\ufe0e|(?!\ufe0f|[\u200d{_TONE}]).|$)|[©®™]")
_NEAR: Final = 24  # characters before an emoji
_LAST_WORD: Final = regex.compile(r"(?<![\p{L}\p{M}])([\p{L}\p{M}]{1,20})\s?$")
_WITHOUT_STYLE: Final = regex.compile(rf"[\ufe0f{_TONE}]")


class EmojiRule(Knobs):
    """Emoji of a copy.

    word: for one in place of a word, after "the" or "in". max_emoji: in one field; 0 for none. allowed: empty for all.
    One stands for all its skin tones.
    """

    action: Action = "rewrite"
    too_many: Action = "rewrite"
    not_allowed: Action = "rewrite"
    word: Action = "review"
    max_emoji: int = Field(default=3, ge=0)
    allowed: tuple[str, ...] = ()


def emoji(copy: Copy, context: PolicyContext, settings: EmojiRule) -> Iterator[Hit]:
    """emoji.broken, emoji.count, emoji.word and emoji.allowed."""
    fields: tuple[FieldName, ...] = ("title", "body")
    for field in fields:
        text: str = getattr(copy, field)
        if not _MAY_HAVE.search(text):
            continue
        matches = [*_EMOJI.finditer(text)]
        piece = next((match for match in matches if match["piece"]), None)
        if piece is not None:
            yield Hit("emoji.broken", settings.action, field, piece.group())
        shown = [one for match in matches if (one := match["whole"]) and not _TEXT_STYLE.match(one)]
        if len(shown) > settings.max_emoji:
            yield Hit("emoji.count", settings.too_many, field, "".join(shown))
        little = form_of(context.item.language).dangling
        for match in matches:
            before = _LAST_WORD.search(text[max(0, match.start() - _NEAR) : match.start()])
            if match["whole"] in shown and before and before[1].casefold() in little:
                yield Hit("emoji.word", settings.word, field, before.group() + match["whole"])
                break
        if settings.allowed:
            known = _without_styles(settings.allowed)
            other = next((one for one in shown if _WITHOUT_STYLE.sub("", one) not in known), "")
            if other:
                yield Hit("emoji.allowed", settings.not_allowed, field, other)


@lru_cache(maxsize=8)
def _without_styles(allowed: tuple[str, ...]) -> frozenset[str]:
    return frozenset(_WITHOUT_STYLE.sub("", one) for one in allowed)


EMOJI = Rule(
    "emoji",
    emoji,
    (
        RuleId("emoji.broken", "a piece of an emoji that was cut"),
        RuleId("emoji.count", "too many emoji", "too_many"),
        RuleId("emoji.word", "an emoji in place of a word", "word"),
        RuleId("emoji.allowed", "an emoji that the operator does not allow", "not_allowed"),
    ),
)
