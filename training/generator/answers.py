"""A headline as answers: every way in which the serving grammar can write it under a length profile."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from deployments.generator import structured
from deployments.types import LengthProfile, OutputField
from training.generator.names import Names

_TAG: Final = re.compile(r"<[^>]*>")
_HASHTAG: Final = re.compile(r"#\w+")
_SENTENCE_END: Final = re.compile(r"(?<!\b[A-Z])(?<!\b[A-Z][a-z])[.!?…]+[\"'”’)]*\s+(?=[\"'“‘(]?[A-Z0-9])")  # noqa: RUF001
_CLAUSE_END: Final = re.compile(r"(?::|\s[-–—])\s+(?=\S)")  # noqa: RUF001 - dashes are meant
_PAIRED: Final = re.compile(r'"([^"]+)"')


class Form(NamedTuple):
    """One way in which a copy is an answer."""

    profile: LengthProfile
    fields: tuple[OutputField, ...]
    title: str
    body: str

    @property
    def answer(self) -> str:
        """The compact JSON that the grammar lets a model write."""
        texts = {OutputField.TITLE: self.title, OutputField.BODY: self.body}
        found = {structured.FIELD_NAMES[f]: texts[f] for f in self.fields}
        return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def forms_of(
    text: str, profiles: Mapping[str, LengthProfile], names: Names, facts: str, openings: Sequence[str] = ()
) -> Iterator[Form]:
    """Every way in which a headline fits a profile, as title, as body, or split into both, by the serving grammar.

    It may also be the body to one of `openings`.

    It is spelled as prose: Title Case belongs to the archive's headlines.
    """
    text = names.as_prose(_PAIRED.sub(r"“\1”", plain(text)), facts)
    ends = [m.end() for m in (*_SENTENCE_END.finditer(text), *_CLAUSE_END.finditer(text))]
    splits = [(as_title(text[:end]), _as_body(text[end:])) for end in ends]
    splits += [(opening, _as_body(text)) for opening in openings]
    both = (OutputField.TITLE, OutputField.BODY)
    for profile in profiles.values():
        found = [Form(profile, both, title, body) for title, body in splits]
        found += [Form(profile, both[:1], as_title(text), ""), Form(profile, both[1:], "", _as_body(text))]
        yield from (form for form in found if accepted(form))


def as_title(text: str) -> str:
    """A title ends without a full stop, a colon or a dash."""
    return re.sub(r"(?:(?<!\.)\.|\s*[:\-–—])\s*$", "", text).strip()  # noqa: RUF001 - dashes are meant


def _as_body(text: str) -> str:
    """A body is a sentence: it begins with a capital, also where it was split off at a dash, and ends with a mark."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("." if text[-1:].isalnum() else "")


def accepted(form: Form) -> bool:
    """Whether the serving grammar can write this answer and the serving parser reads it back, finished."""
    if not _pattern(structured.grammar(form.profile, form.fields, "en")).fullmatch(form.answer):
        return False
    return structured.parse(form.answer, structured.limits(form.profile, "en")) == (form.title, form.body, True)


_TERMINAL: Final = re.compile(r'(\[(?:\\.|[^\]\\])*\](?:\{\d+,\d+\})?)|"((?:\\.|[^"\\])*)"')


@lru_cache(maxsize=64)
def _pattern(grammar: str) -> re.Pattern[str]:
    """The grammar of one object as a regular expression: its classes as they are, its literals escaped."""
    body = grammar.removeprefix("root ::= ").strip()
    return re.compile("".join(cls or re.escape(re.sub(r"\\(.)", r"\1", text)) for cls, text in _TERMINAL.findall(body)))


def plain(text: str) -> str:
    """Without HTML and hashtags, on one line."""
    return " ".join(_HASHTAG.sub(" ", _TAG.sub(" ", html.unescape(text))).split())


def sentences(text: str) -> list[str]:
    ends = [m.end() for m in _SENTENCE_END.finditer(text)]
    return [s for a, b in zip([0, *ends], [*ends, len(text)], strict=True) if (s := text[a:b].strip())]
