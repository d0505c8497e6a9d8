"""The form of an answer: a grammar during decoding, and the length profile afterwards.

The grammar has no maximum length. With one, a model that is not done is cut within a word, or takes single characters
of other scripts that still fit.
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

# Shorter answers are refusals or failures; wide scripts say more per character.
_MIN_CHARACTERS: Final = {OutputField.TITLE: 8, OutputField.BODY: 20}

# Characters of markup, brackets, double quotes, line breaks, links and hashtags: no copy has them, and a small model
# gets lost in them. The inside of a character class.
_BARRED: Final = r'"\\<>{}\[\]|_*#=~^`@/\x00-\x1f'
_FIRST: Final = rf"[^{_BARRED} .,;:!?'()\-]"
_INNER: Final = f"[^{_BARRED}]"
_LAST: Final = rf"[^{_BARRED} ,;:(&+\-]"


def limits(profile: LengthProfile, language: str) -> dict[OutputField, int]:
    """Return the longest title and body, in code points of `language`, that the profile allows in any case."""
    units = 1
    if profile.counting_unit is CountingUnit.WIDTH and language in _WIDE:
        units = 2
    elif profile.counting_unit is CountingUnit.UTF8_BYTES:
        units = _UTF8_BYTES.get(language, 1)
    return {OutputField.TITLE: max(1, profile.max_title // units), OutputField.BODY: max(1, profile.max_body // units)}


def grammar(fields: Sequence[OutputField], language: str) -> str:
    """Return the EBNF (xgrammar's GBNF dialect) of a compact JSON object with the requested fields, title first.

    Equal requests give equal text, the key of the engine's cache of grammars. A JSON schema could not restrict
    characters, takes longer to compile, and lets a model indent.
    """
    members = [rf'"\"{FIELD_NAMES[field]}\":\"" {_text(field, language)} "\""' for field in in_order(fields)]
    return 'root ::= "{" ' + ' "," '.join(members) + ' "}"\n'


def _text(field: OutputField, language: str) -> str:
    """Return the rule of one text: a minimum length, and restricted first and last characters."""
    shortest = _MIN_CHARACTERS[field] // (2 if language in _WIDE else 1)
    return f"{_FIRST} {_INNER}{{{max(0, shortest - 2)},}} {_LAST}"


def schema(fields: Sequence[OutputField]) -> dict[str, Any]:
    """Return the JSON schema of the same object: all fields required, no other allowed ("strict")."""
    names = [FIELD_NAMES[field] for field in in_order(fields)]
    return {
        "type": "object",
        "properties": {name: {"type": "string"} for name in names},
        "required": names,
        "additionalProperties": False,
    }


def in_order(fields: Sequence[OutputField]) -> list[OutputField]:
    """Sort to title before body, without duplicates; both when none is named."""
    return [field for field in FIELD_NAMES if field in fields] or list(FIELD_NAMES)


class Answer(NamedTuple):
    """The texts of an answer. `finished` is False for a text above its limit, or without JSON."""

    title: str
    body: str
    finished: bool


_PARTIAL: Final = re.compile(r'"(title|body)"\s*:\s*"((?:[^"\\]|\\.)*)')


def json_part(text: str) -> str:
    """Extract the object from a free answer: it may be in a code fence, after a thought or in a sentence."""
    text = text.rpartition("</think>")[2]
    begun = text.find("{")
    ended = text.rfind("}")
    if begun < 0:
        return text
    return text[begun : ended + 1] if ended > begun else text[begun:]


def overflows(text: str, longest: dict[OutputField, int]) -> bool:
    """Whether an unfinished answer has a text longer than `longest`, in code points."""
    try:
        grown = {name: json.loads(f'"{value}"') for name, value in _PARTIAL.findall(text)}
    except ValueError:  # it ends within an escape, or is no JSON
        return False
    return any(len(" ".join(grown.get(name, "").split())) > longest[field] for field, name in FIELD_NAMES.items())


def parse(text: str, longest: dict[OutputField, int]) -> Answer:
    """Read the engine's answer; `longest` in code points. Broken JSON is read as far as it goes."""
    try:
        texts_by_name, finished = json.loads(text), True
    except ValueError:
        texts_by_name, finished = {name: value.replace('\\"', '"') for name, value in _PARTIAL.findall(text)}, False
    if not isinstance(texts_by_name, dict):
        texts_by_name, finished = {}, False
    texts = {}
    for field, name in FIELD_NAMES.items():
        texts[field] = " ".join(str(texts_by_name.get(name) or "").split())
        finished = finished and len(texts[field]) <= longest[field]
    return Answer(texts[OutputField.TITLE], texts[OutputField.BODY], finished)
