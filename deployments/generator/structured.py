"""What an answer may look like: a grammar that holds each field to the length profile while it is decoded."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from deployments.types import CountingUnit, LengthProfile, Openings, OutputField

_NO_OPENINGS: Final = Openings()
FIELD_NAMES: Final = {OutputField.TITLE: "title", OutputField.BODY: "body"}

# A grammar counts code points, a profile may count otherwise: the most units that a code point of a language takes.
# A grapheme is at least one code point, so counting graphemes as code points errs on the short side.
_WIDE: Final = frozenset({"zh", "ja", "ko", "yue"})
_UTF8_BYTES: Final = dict.fromkeys(
    ("zh", "ja", "ko", "yue", "hi", "bn", "ta", "te", "mr", "gu", "kn", "ml", "pa", "th", "lo", "km", "my", "ka"), 3
) | dict.fromkeys(("ru", "uk", "be", "bg", "sr", "mk", "el", "ar", "fa", "ur", "he", "yi", "hy"), 2)

# Shorter answers are refusals and stumbles, not notifications; wide scripts say more in a character.
_MIN_CHARACTERS: Final = {OutputField.TITLE: 8, OutputField.BODY: 20}

# No markup, brackets, double quotes or line breaks, nor what links and hashtags are made of: none is copy, and a small
# model loses itself in them. As the inside of a character class.
_BARRED: Final = r'"\\<>{}\[\]|_*#=~^`@/\x00-\x1f'
_FIRST: Final = rf"[^{_BARRED} .,;:!?'()\-]"
_INNER: Final = f"[^{_BARRED}]"
_LAST: Final = rf"[^{_BARRED} ,;:(&+\-]"
_SENTENCE_END: Final = ".!?…。！？।؟"  # noqa: RUF001 - the marks of other scripts are meant


def limits(profile: LengthProfile, language: str) -> dict[OutputField, int]:
    """The longest title and body in code points, of text in `language`, that the profile surely allows."""
    units = 1
    if profile.counting_unit is CountingUnit.WIDTH and language in _WIDE:
        units = 2
    elif profile.counting_unit is CountingUnit.UTF8_BYTES:
        units = _UTF8_BYTES.get(language, 1)
    return {OutputField.TITLE: max(1, profile.max_title // units), OutputField.BODY: max(1, profile.max_body // units)}


def grammar(
    profile: LengthProfile, fields: Sequence[OutputField], language: str, openings: Openings = _NO_OPENINGS
) -> str:
    """EBNF (xgrammar's GBNF dialect) of a compact JSON object with the fields asked for, title first.

    openings: of a category, held to where they are in `language`. Those of a field that is not asked for are the first
    one's, unless it has its own.

    Equal requests give equal text, by which the engine keeps what it compiled. A JSON schema would say the same, but
    holds either a length or a choice of characters, takes longer to compile, and lets a model indent.
    """
    longest, asked = limits(profile, language), in_order(fields)
    begun = _begun(asked, openings) if openings.language == language else {}
    members = [
        rf'"\"{FIELD_NAMES[field]}\":\"" {_text(field, longest[field], language, begun.get(field, ()))} "\""'
        for field in asked
    ]
    return 'root ::= "{" ' + ' "," '.join(members) + ' "}"\n'


def schemas(profile: LengthProfile, fields: Sequence[OutputField], language: str) -> tuple[dict[str, Any], ...]:
    """JSON schemas of the same object for a server of others: with lengths, and without for one that takes none."""
    longest, asked = limits(profile, language), in_order(fields)
    bounds = {
        field: {"minLength": _shortest(field, longest[field], language), "maxLength": longest[field]} for field in asked
    }
    return _schema(asked, bounds), _schema(asked, {})


def _schema(asked: Sequence[OutputField], bounds: Mapping[OutputField, dict[str, int]]) -> dict[str, Any]:
    """All fields required and no other allowed, which is what servers call strict."""
    return {
        "type": "object",
        "properties": {FIELD_NAMES[field]: {"type": "string", **bounds.get(field, {})} for field in asked},
        "required": [FIELD_NAMES[field] for field in asked],
        "additionalProperties": False,
    }


def _begun(asked: Sequence[OutputField], openings: Openings) -> dict[OutputField, Sequence[str]]:
    own = {OutputField.TITLE: openings.title, OutputField.BODY: openings.body}
    left = [words for field, words in own.items() if words and field not in asked]
    return {field: own[field] or (left[0] if left and field is asked[0] else ()) for field in asked}


def _text(field: OutputField, longest: int, language: str, openings: Sequence[str]) -> str:
    """Between the shortest and the longest length; begins and ends with what a text can begin and end with.

    With openings it begins with one of those that leave most of the room.
    """
    shortest = _shortest(field, longest, language)
    begun = [
        f'"{words}" {_INNER}{{{max(0, shortest - len(words) - 1)},{longest - len(words) - 1}}} {_LAST}'
        for words in openings
        if len(words) <= longest // 2
    ]
    if begun:
        return f"({' | '.join(begun)})"
    return f"{_FIRST} {_INNER}{{{max(0, shortest - 2)},{max(0, longest - 2)}}} {_LAST}"


def _shortest(field: OutputField, longest: int, language: str) -> int:
    return min(_MIN_CHARACTERS[field] // (2 if language in _WIDE else 1), longest)


def in_order(fields: Sequence[OutputField]) -> list[OutputField]:
    """Title before body, each once; both when none is named."""
    return [field for field in FIELD_NAMES if field in fields] or list(FIELD_NAMES)


class Answer(NamedTuple):
    """`finished` is False when the model ran out of room, or gave no JSON."""

    title: str
    body: str
    finished: bool


_PARTIAL: Final = re.compile(r'"(title|body)"\s*:\s*"((?:[^"\\]|\\.)*)')


def json_part(text: str) -> str:
    """The object in an answer that no grammar held: it may stand in a code fence, after a thought or in a sentence."""
    text = text.rpartition("</think>")[2]
    begun = text.find("{")
    ended = text.rfind("}")
    if begun < 0:
        return text
    return text[begun : ended + 1] if ended > begun else text[begun:]


def parse(text: str, longest: dict[OutputField, int]) -> Answer:
    """Read the engine's answer. What cannot be read whole is read as far as it goes, and not finished."""
    try:
        found, finished = json.loads(text), True
    except ValueError:
        found, finished = {name: value.replace('\\"', '"') for name, value in _PARTIAL.findall(text)}, False
    if not isinstance(found, dict):
        found, finished = {}, False
    texts = {}
    for field, name in FIELD_NAMES.items():
        texts[field], whole = _at_limit(str(found.get(name) or ""), longest[field])
        finished = finished and whole
    return Answer(texts[OutputField.TITLE], texts[OutputField.BODY], finished)


def _at_limit(text: str, longest: int) -> tuple[str, bool]:
    """Text that fills its limit was ended by the limit: keep its whole sentences or clauses, if they are most of it."""
    filled = len(text) >= longest  # with the space that it may end with
    text = " ".join(text.split())
    if not filled:
        return text, True
    text = text[:longest]
    for whole in (_SENTENCES.match(text), _CLAUSES.match(text)):
        if whole and len(whole.group()) > longest // 2:
            return whole.group().strip(), True
    return text, False


_SENTENCES: Final = re.compile(rf".*[{_SENTENCE_END}](?=\s)")
_CLAUSES: Final = re.compile(r".*(?=[,;:]\s|\s[-\u2013\u2014]\s)")
