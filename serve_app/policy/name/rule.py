"""Name rule: a person, brand or place in the copy that the item does not have."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.context import Action, Hit, PolicyContext, Rule, RuleId, fields_of
from serve_app.policy.name import arabic, cased, chinese, compound, hindi, japanese
from serve_app.policy.name.found import Found
from serve_app.policy.name.known import Known

_KANA = regex.compile(r"[\p{Hiragana}\p{Katakana}]")
_HAN = regex.compile(r"\p{Han}")
_ARABIC = regex.compile(r"\p{Arabic}")
_DEVANAGARI = regex.compile(r"\p{Devanagari}")
_CASED = regex.compile(r"[\p{Latin}\p{Cyrillic}]")


_LONGEST = 4_096  # characters; the largest payload of a platform has as many bytes


class NameRule(Knobs):
    """Names that the item does not contain. likely: for a word that is a name only perhaps."""

    action: Action = "block"
    likely: Action = "review"


def name(copy: Copy, context: PolicyContext, settings: NameRule) -> Iterator[Hit]:
    """grounding.name."""
    known = context.evidence.names
    own = Known(context.own_words) if context.own_words else None
    for field, text in fields_of(copy):
        for found in _names(text[:_LONGEST], known, context.item.language):
            if own and own.has_all(regex.findall(r"[\p{L}\p{M}]+", found.text)):
                continue
            yield Hit(
                "grounding.name",
                settings.action if found.sure else settings.likely,
                field,
                found.text,
                (found.start, found.end),
            )


def _names(text: str, known: Known, language: str) -> Iterator[Found]:
    """Yield the names in all scripts of a text."""
    if _CASED.search(text):
        yield from compound.names(text, known)
        yield from cased.names(text, known, language)
    if _ARABIC.search(text) and language == "ar":
        yield from arabic.names(text, known)
    if _DEVANAGARI.search(text) and language == "hi":
        yield from hindi.names(text, known)
    if language == "ja" and (_KANA.search(text) or _HAN.search(text)):
        yield from japanese.names(text, known)
    elif language in {"zh", "yue", "cmn"} and _HAN.search(text):
        yield from chinese.names(text, known)


NAME = Rule(
    "name",
    name,
    (RuleId("grounding.name", "the item has no such name"),),
)
