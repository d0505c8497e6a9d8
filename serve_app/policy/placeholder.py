"""Placeholder rule: text that another system was to fill in, such as `{{ first_name }}` or `*|FNAME|*`.

What the item says word for word is no placeholder: a title may be about `{{ mustache }}`. But a name that stands for a
value nearly everywhere, such as `{{ title }}`, was left unfilled in the item too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import regex

from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.context import Action, Hit, PolicyContext, Rule, RuleId, fields_of
from serve_app.policy.text import distinct

# Marks that no plain text has.
_MARKED: Final = regex.compile(
    r"""\{\{.*?(?:\}\}|$) | \w\s*\}\} | \{%.*?(?:%\}|$) | %\} | \{\#(?:(?!\{\#).)*?\#\}   # Liquid, Jinja, Handlebars
    | [$\#%@]\{[^{}]{0,60}\} | \{[!$*][\w.\s|:*]{1,60}\}     # JavaScript, Ruby; Salesforce, Smarty
    | <%.*?(?:%>|$) | <\?(?:=|php\b).*?(?:\?>|$)             # ERB, PHP
    | \*\|.{1,60}?\|\* | \[\[[^\[\]]{1,60}\]\] | \[%.{1,60}?%\]    # Mailchimp, wikis, Perl
    | %%=.*?(?:=%%|$) | =%% | %%\[.*?(?:\]%%|$)               # AMPscript
    | %%[\w\s=.()\[\]-]{1,60}?%% | (?<![\w%])%(?![0-9a-f]{2}%)[a-z][\w.-]{0,60}%(?![\w%])    # %%name%%, %name%
    | (?<![\w%])%(?:[sd@]|\d\$[sd@])(?!\w) | %\([a-z_]+\)[sd]    # printf
    | <<\s*[\w .]{1,60}>> | (?-i:<[A-Z][A-Z_ ]+>) | <[a-z]+(?:_[a-z]+)+>
    | (?<!\w)__[a-z]+(?:_[a-z]+)*__(?!\w) | \#\#[a-z_]+\#\# | @@\w+@@
    | \[(?:insert|your)\b[^\]]{0,40}\] | \[object\s\w+\]""",
    regex.VERBOSE | regex.IGNORECASE | regex.DOTALL,
)
# A word in braces, in brackets, after a dollar sign or between two other marks: a placeholder if it names a value.
_NAMED: Final = regex.compile(
    r"""\{[\w .|:-]{1,60}\} | \[[\p{L}_ ]{2,40}\] | (?<![\w$])\$!?[a-z]\w* | \$\([\w .-]{1,60}\)
    | (?<![\w\#|~^])(?P<mark>[\#|~^])\*?[a-z](?:[\w .-]{0,38}\w)?\*?(?P=mark)(?![\w\#|~^])
    | <(?!(?:title|body|link)>)[a-z](?:[\w .-]{0,38}\w)?>""",
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
_CODE_LIKE: Final = regex.compile(r"\w[_.|:]\w|\p{Ll}\p{Lu}|^\W*\d+\W*$|\|")
_WORD: Final = regex.compile(r"\p{Lu}?\p{Ll}+|\p{Lu}+")
# Names of the values that messages are filled with.
_VALUES: Final = frozenset(
    [
        "name",
        "firstname",
        "lastname",
        "fullname",
        "username",
        "nickname",
        "fname",
        "lname",
        "first",
        "last",
        "user",
        "customer",
        "recipient",
        "subscriber",
        "member",
        "email",
        "phone",
        "title",
        "headline",
        "subject",
        "body",
        "description",
        "creator",
        "author",
        "price",
        "discount",
        "amount",
        "coupon",
        "city",
        "country",
        "date",
        "link",
        "url",
        "product",
        "brand",
        "company",
        "store",
        "shop",
    ]
)


class PlaceholderRule(Knobs):
    """Placeholders that nobody filled in.

    quoted: for one that stands word for word in the item and names no usual value, and for plain words in guillemets.
    """

    action: Action = "block"
    quoted: Action = "review"


def placeholder(copy: Copy, context: PolicyContext, settings: PlaceholderRule) -> Iterator[Hit]:
    """placeholder.unfilled: at most one per field, the worst."""
    for field, text in fields_of(copy):
        quoted = ""
        for marked in distinct(_placeholders(text, context)):
            if _a_quotation(marked) or (marked in context.evidence.text and not _usual(marked)):
                quoted = quoted or marked
                continue
            yield Hit("placeholder.unfilled", settings.action, field, marked)
            break
        else:
            if quoted:
                yield Hit("placeholder.unfilled", settings.quoted, field, quoted)


def _placeholders(text: str, context: PolicyContext) -> Iterator[str]:
    yield from (match.group() for match in _MARKED.finditer(text))
    yield from (marked for match in _NAMED.finditer(text) if _names_a_value(marked := match.group(), context))
    yield from (marked for match in _PROFILE.finditer(text) if _usual(marked := match.group()))
    yield from (marked for match in _GUILLEMETS.finditer(text) if _of_values(marked := match.group()))
    if context.generated:
        yield from (match.group() for match in _GENERATED.finditer(text))


def _names_a_value(marked: str, context: PolicyContext) -> bool:
    """Whether the marked word is the name of a value."""
    if not marked.startswith("{"):
        return _of_values(marked)
    return _usual(marked) or marked[1:-1].strip() in context.evidence.details or bool(_CODE_LIKE.search(marked[1:-1]))


def _of_values(marked: str) -> bool:
    words = _words(marked)
    return bool(words) and all(word in _VALUES for word in words)


def _a_quotation(marked: str) -> bool:
    return marked.startswith("«") and bool(regex.fullmatch(r"«\s?\p{L}?\p{Ll}+(?: \p{L}?\p{Ll}+)*\s?»", marked))


def _usual(marked: str) -> bool:
    return any(word in _VALUES for word in _words(marked))


def _words(marked: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(marked)]


PLACEHOLDER = Rule(
    "placeholder",
    placeholder,
    (RuleId("placeholder.unfilled", "a placeholder that nobody filled in"),),
)
