"""Words and patterns of `form.yaml`: what shows that a text is no copy yet, by language."""

# ruff: noqa: RUF001 - the marks and letters of other scripts are meant

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

import regex
import yaml

from serve_app.policy.cues import Cued

_LANGUAGES: Final = ("en",)  # a writer falls back to it in every language
_NUMBER: Final = r"\s?#?(?:\p{Nd}{1,2}|[A-Da-d一二三四五]|[①-⑨])"


@dataclass(frozen=True)
class Form:
    """Patterns of one language and of English, and words that cannot end a text. Groups may be empty. See `form.yaml`.

    label: a label at the start; inner_label: within the text. dangling: words that cannot be the last; body_dangling:
    of a body; maybe_dangling: that seldom are; after_comma: after a comma; stranded: where none of `free` is before;
    pairs: of two words, where none of `alone` is before; possessives: behind one of `prepositions`.
    ends, body_ends, maybe_ends: the same for scripts without spaces.
    """

    label: regex.Pattern[str]
    inner_label: regex.Pattern[str]
    chatter: Cued
    polite: Cued
    work: Cued
    test: Cued
    dangling: frozenset[str]
    body_dangling: frozenset[str]
    maybe_dangling: frozenset[str]
    pairs: frozenset[str]
    alone: frozenset[str]
    may_end: frozenset[str]
    possessives: frozenset[str]
    prepositions: frozenset[str]
    stranded: frozenset[str]
    free: frozenset[str]
    after_comma: frozenset[str]
    ends: regex.Pattern[str]
    body_ends: regex.Pattern[str]
    maybe_ends: regex.Pattern[str]


@lru_cache(maxsize=64)
def form_of(language: str) -> Form:
    """Return the forms of a primary language subtag."""
    table = _table()
    own = table.get(language, {})
    both = [own, *(table[other] for other in _LANGUAGES if other != language)]

    def of(key: str) -> str:
        return "|".join(part[key] for part in both if key in part)

    def words(key: str) -> frozenset[str]:
        return frozenset(own.get(key, "").split())

    def pairs(key: str) -> frozenset[str]:
        return frozenset(filter(None, own.get(key, "").split("|")))

    label = rf"(?:{of('labels')}){_NUMBER}?|(?:{of('numbered')}){_NUMBER}"
    here = "|".join(
        rf"(?:{one['here']})[^.!?。！？:]{{0,40}}?(?:{one['deliverables']})" for one in both if "here" in one
    )
    sure = "|".join(
        rf"(?:{one['sure']})[,!.、。，！،؛ ]+(?:{one['here']}|(?:{one['deliverables']})\s?:)"
        for one in both
        if "here" in one
    )
    return Form(
        label=_compiled(rf"^[^\w\[【]{{0,4}}(?:(?P<label>{label})[\"”']?\s?[:=]|[\[【](?P<boxed>{label})[\]】])"),
        inner_label=_compiled(rf"(?:[\n|•]|[.!?。]\s?)\s*(?P<label>{label})\s?[:=]"),
        chatter=Cued(rf"^\W{{0,3}}(?:{sure}|{here})|{of('self')}"),
        polite=Cued(of("polite")),
        work=Cued(of("work")),
        test=Cued(of("test")),
        dangling=words("dangling"),
        body_dangling=words("body_dangling"),
        maybe_dangling=words("maybe_dangling"),
        pairs=pairs("pairs"),
        alone=words("alone"),
        may_end=pairs("may_end"),
        possessives=words("possessives"),
        prepositions=words("prepositions"),
        stranded=words("stranded"),
        free=words("free"),
        after_comma=words("after_comma"),
        ends=_compiled(rf"(?:{own.get('ends', '(?!)')})$"),
        body_ends=_compiled(rf"(?:{own.get('body_ends', '(?!)')})$"),
        maybe_ends=_compiled(rf"(?:{own.get('maybe_ends', '(?!)')})$"),
    )


def _compiled(pattern: str) -> regex.Pattern[str]:
    return regex.compile(pattern, regex.IGNORECASE)


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, str]]:
    table: dict[str, dict[str, str]] = yaml.safe_load((files(__package__) / "form.yaml").read_text(encoding="utf-8"))
    return {language: {key: _joined(text) for key, text in part.items()} for language, part in table.items()}


def _joined(text: str) -> str:
    """A pattern that goes on in the next line begins there with a bar."""
    return unicodedata.normalize("NFC", text.replace("\n|", "|"))
