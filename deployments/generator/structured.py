"""The form of an answer: a grammar while it is decoded, and the length profile once it is read.

The grammar knows no longest length. Held to one while it decodes, a model that has not come to an end is cut within a
word, or takes the single characters of other scripts that still fit.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from deployments.types import CountingUnit, LengthProfile, OutputField

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


def limits(profile: LengthProfile, language: str) -> dict[OutputField, int]:
    """The longest title and body in code points, of text in `language`, that the profile surely allows."""
    units = 1
    if profile.counting_unit is CountingUnit.WIDTH and language in _WIDE:
        units = 2
    elif profile.counting_unit is CountingUnit.UTF8_BYTES:
        units = _UTF8_BYTES.get(language, 1)
    return {OutputField.TITLE: max(1, profile.max_title // units), OutputField.BODY: max(1, profile.max_body // units)}


def grammar(fields: Sequence[OutputField], language: str) -> str:
    """EBNF (xgrammar's GBNF dialect) of a compact JSON object with the fields asked for, title first.

    Equal requests give equal text, by which the engine keeps what it compiled. A JSON schema would say the same, but
    has no choice of characters, takes longer to compile, and lets a model indent.
    """
    members = [rf'"\"{FIELD_NAMES[field]}\":\"" {_text(field, language)} "\""' for field in in_order(fields)]
    return 'root ::= "{" ' + ' "," '.join(members) + ' "}"\n'


def _text(field: OutputField, language: str) -> str:
    """At least the shortest length; begins and ends with what a text can begin and end with."""
    shortest = _MIN_CHARACTERS[field] // (2 if language in _WIDE else 1)
    return f"{_FIRST} {_INNER}{{{max(0, shortest - 2)},}} {_LAST}"


def schema(fields: Sequence[OutputField]) -> dict[str, Any]:
    """JSON schema of the same object for a server of others: all fields required, no other allowed ("strict")."""
    names = [FIELD_NAMES[field] for field in in_order(fields)]
    return {
        "type": "object",
        "properties": {name: {"type": "string"} for name in names},
        "required": names,
        "additionalProperties": False,
    }


def in_order(fields: Sequence[OutputField]) -> list[OutputField]:
    """Title before body, each once; both when none is named."""
    return [field for field in FIELD_NAMES if field in fields] or list(FIELD_NAMES)


class Answer(NamedTuple):
    """`finished` is False when a text is longer than it may be, or there is no JSON."""

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


def overflows(text: str, longest: dict[OutputField, int]) -> bool:
    """Whether an answer that still grows has a text longer than `longest`, in code points: it will not be whole."""
    try:
        grown = {name: json.loads(f'"{value}"') for name, value in _PARTIAL.findall(text)}
    except ValueError:  # it ends within an escape, or will never be JSON
        return False
    return any(len(" ".join(grown.get(name, "").split())) > longest[field] for field, name in FIELD_NAMES.items())


def parse(text: str, longest: dict[OutputField, int]) -> Answer:
    """Read the engine's answer; `longest` in code points. What cannot be read whole is read as far as it goes."""
    try:
        found, finished = json.loads(text), True
    except ValueError:
        found, finished = {name: value.replace('\\"', '"') for name, value in _PARTIAL.findall(text)}, False
    if not isinstance(found, dict):
        found, finished = {}, False
    texts = {}
    for field, name in FIELD_NAMES.items():
        texts[field] = " ".join(str(found.get(name) or "").split())
        finished = finished and len(texts[field]) <= longest[field]
    return Answer(texts[OutputField.TITLE], texts[OutputField.BODY], finished)
