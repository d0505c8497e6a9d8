"""Placeholder rule: text that another system was to fill in, such as `{{ first_name }}` or `*|FNAME|*`.

Known placeholders of the item are not seen here: `check` masks those that are intact. One that was changed is altered.

What the item says word for word is no placeholder: a title may be about `{{ mustache }}`. But a name that stands for a
value nearly everywhere, such as `{{ title }}`, was left unfilled in the item too.
"""

# ruff: noqa: RUF001 - the marks of other scripts are meant

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import regex
from rapidfuzz import fuzz

from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.context import Action, FieldName, Hit, PolicyContext, Rule, RuleId, fields_of
from serve_app.policy.known_placeholders import Known, output_of
from serve_app.policy.placeholder_names import PERSON, VALUES
from serve_app.policy.text import distinct

# Marks that no plain text has.
_SIGNED: Final = r"""
    \{\{.*?(?:\}\}|$) | \w\s*\}\} | \{%.*?(?:%\}|$) | %\} | \{\#(?:(?!\{\#).)*?\#\}   # Liquid, Jinja, Handlebars
    | [$\#%@]\{[^{}]{0,60}\} | \{[!$*][\w.\s|:*]{1,60}\}     # JavaScript, Ruby; Salesforce, Smarty
    | <%.*?(?:%>|$) | <\?(?:=|php\b).*?(?:\?>|$)             # ERB, PHP
    | \*\|.{1,60}?\|\* | \[\[[^\[\]]{1,60}\]\] | \[%.{1,60}?%\]    # Mailchimp, wikis, Perl
    | %%=.*?(?:=%%|$) | =%% | %%\[.*?(?:\]%%|$)               # AMPscript
    | %%[\w\s=.()\[\]-]{1,60}?%% | (?<![\w%])%(?![0-9a-f]{2}%)\p{L}[\w.-]{0,60}%(?![\w%])    # %%name%%, %name%
    | (?<![\w%])%(?:[sd@]|\d\$[sd@])(?!\w) | %\([a-z_]+\)[sd]    # printf
    | <<\s*[\w .]{1,60}>> | (?-i:<[A-Z][A-Z_ ]+>) | <[a-z]+(?:_[a-z]+)+>
    | (?<!\w)__[a-z]+(?:_[a-z]+)*__(?!\w) | \#\#[a-z_]+\#\# | @@\w+@@
    | \[(?:insert|your)\b[^\]]{0,40}\] | \[object\s\w+\]
    | (?<![〇○◯×])[〇○◯×]{2,}+\s?(?:様|さん|さま|ちゃん|先生|女士|小姐)    # a name to fill in
"""
# Values that another system did not have.
_MISSING: Final = r"""(?<![\w])NaN(?!\w) | (?<!\w)undefined(?=[\s,.!:]|$)
    | ^(?:hi|hello|hey|dear|hola|olá|oi|привет|здравствуйте|नमस्ते|مرحبا)[\s,]+(?:null|none|nil|n/a)(?!\w)"""
_MARKED: Final = regex.compile(f"{_SIGNED} | {_MISSING}", regex.VERBOSE | regex.IGNORECASE | regex.DOTALL)
_NO_VALUES: Final = ("nan", "undefined", "null", "none", "nil", "n/a")
_NO_VALUE: Final = regex.compile(_MISSING, regex.VERBOSE | regex.IGNORECASE)
# A word in braces, in brackets, after a dollar sign or between two other marks: a placeholder if it names a value.
_NAMED: Final = regex.compile(
    r"""\{[\w .|:-]{1,60}\} | [\[【〔][\p{L}\p{M}_ ]{2,40}[\]】〕] | (?<![\w$])\$!?\p{L}\w* | \$\([\w .-]{1,60}\)
    | (?<![\w\#|~^])(?P<mark>[\#|~^])\*?[a-z](?:[\w .-]{0,38}\w)?\*?(?P=mark)(?![\w\#|~^])
    | <(?!(?:title|body|link)>)\p{L}(?:[\w .-]{0,38}\w)?>""",
    regex.VERBOSE | regex.IGNORECASE,
)
_PROFILE: Final = regex.compile(r"(?<!\w)@(?:Profile|Event)\s?-\s?\w+")  # CleverTap
# Word's merge fields. Prose in French and German quotes so: plain words may be a quotation.
_GUILLEMETS: Final = regex.compile(r"«{1,2}\s?[a-z](?:[\w .-]{0,38}\w)?\s?»{1,2}", regex.IGNORECASE)
# A writing model leaves any word in braces, and a field with more words in brackets.
_GENERATED: Final = regex.compile(
    r"\{[\w .|:-]{0,60}\}"
    r"|\[(?:user|first|last|item|product|creator|name|title|city|link|url|date|number)\b[^\]]{0,40}\]",
    regex.IGNORECASE,
)
# One of these is in every placeholder but `_MISSING`.
_SIGNS: Final = frozenset("{}%$#@<*[_〇○◯×【〔|~^«")
_CODE_LIKE: Final = regex.compile(r"\w[_.|:]\w|\p{Ll}\p{Lu}|^\W*\d+\W*$|\|")
_WORD: Final = regex.compile(r"\p{Lu}?[\p{Ll}]+|\p{Lu}+|[\p{Lo}\p{M}\p{Lm}]+")
_BRACED: Final = regex.compile(r"\{{1,3}[^{}]{0,200}+(?:\}{1,3}|$)|(?<![\w.])[\w.]{1,60}+[\w .|:'\"-]{0,100}+\}\}")
_NAME: Final = regex.compile(r"\w[\w.]*(?:[ _]\w+)*")
_ALIKE: Final = 75.0  # rapidfuzz's ratio of two names


class PlaceholderRule(Knobs):
    """Placeholders that nobody filled in.

    quoted: for one that stands word for word in the item and names no usual value, and for plain words in guillemets.
    no_default: for a known one without a default, which leaves a gap for a reader of whom nothing is known.
    """

    action: Action = "block"
    no_default: Action = "block"
    quoted: Action = "review"


def placeholder(copy: Copy, context: PolicyContext, settings: PlaceholderRule) -> Iterator[Hit]:
    """placeholder.altered, .default, .unknown and .unfilled: of the last at most one per field, the worst."""
    for field, text in fields_of(copy):
        if context.placeholders:
            yield from _braced(field, text, context.placeholders, settings)
        quoted = ""
        for marked in distinct(_placeholders(_BRACED.sub(" ", text) if context.placeholders else text, context)):
            if _a_quotation(marked) or (marked in context.evidence.text and not _usual(marked)):
                quoted = quoted or marked
                continue
            yield Hit("placeholder.unfilled", settings.action, field, marked)
            break
        else:
            if quoted:
                yield Hit("placeholder.unfilled", settings.quoted, field, quoted)


def _braced(field: FieldName, text: str, known: tuple[Known, ...], settings: PlaceholderRule) -> Iterator[Hit]:
    """What stands in braces and is none of the known placeholders: it was one of them, or was never one."""
    listed = "; ".join(one.source or one.name for one in known)
    for match in _BRACED.finditer(text):
        marked, output = match.group(), output_of(match.group())
        name = _NAME.search(marked)
        named = name.group() if name else ""
        if any(one.name == named for one in known) and output and not output.default:
            rule, action = "placeholder.default", settings.no_default
        elif any(_meant(one, named, marked) for one in known):
            rule, action = "placeholder.altered", settings.action
        elif output:
            rule, action = "placeholder.unknown", settings.action
        else:
            rule, action = "placeholder.unfilled", settings.action
        yield Hit(rule, action, field, marked, span=match.span(), evidence=listed)


def _meant(known: Known, name: str, marked: str) -> bool:
    """Whether the text was the known placeholder once: its name is alike, or its default is the same."""
    if known.default and known.default in marked:
        return True
    return fuzz.ratio(_plain(known.name), _plain(name)) >= _ALIKE


def _plain(name: str) -> str:
    return name.casefold().replace("_", "").replace(" ", "")


def _placeholders(text: str, context: PolicyContext) -> Iterator[str]:
    if _SIGNS.isdisjoint(text):
        lowered = text.casefold()
        if any(word in lowered for word in _NO_VALUES):
            yield from (match.group() for match in _NO_VALUE.finditer(text))
        return
    yield from (match.group() for match in _MARKED.finditer(text))
    yield from (marked for match in _NAMED.finditer(text) if _names_a_value(marked := match.group(), context))
    yield from (marked for match in _PROFILE.finditer(text) if _usual(marked := match.group()))
    yield from (marked for match in _GUILLEMETS.finditer(text) if _of_values(marked := match.group()))
    if context.generated:
        yield from (match.group() for match in _GENERATED.finditer(text))


def _names_a_value(marked: str, context: PolicyContext) -> bool:
    """Whether the marked word is the name of a value."""
    if marked.startswith("【"):  # such as 【价格】, which heads a line too
        return all(word in PERSON for word in _words(marked))
    if not marked.startswith("{"):
        return _of_values(marked)
    return _usual(marked) or marked[1:-1].strip() in context.evidence.details or bool(_CODE_LIKE.search(marked[1:-1]))


def _of_values(marked: str) -> bool:
    words = _words(marked)
    return bool(words) and all(word in VALUES for word in words)


def _a_quotation(marked: str) -> bool:
    return marked.startswith("«") and bool(regex.fullmatch(r"«\s?\p{L}?\p{Ll}+(?: \p{L}?\p{Ll}+)*\s?»", marked))


def _usual(marked: str) -> bool:
    return any(word in VALUES for word in _words(marked))


def _words(marked: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(marked)]


PLACEHOLDER = Rule(
    "placeholder",
    placeholder,
    (
        RuleId("placeholder.unfilled", "a placeholder that nobody filled in"),
        RuleId("placeholder.unknown", "a placeholder that the item does not list"),
        RuleId("placeholder.altered", "a placeholder of the item that was changed: nobody will fill it"),
        RuleId("placeholder.default", "a placeholder without a default", "no_default"),
    ),
)
