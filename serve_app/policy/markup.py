"""Markup rule: code, markup, text in another encoding or escaped, and characters that nobody sees."""

# ruff: noqa: RUF001 - the marks and letters of other scripts are meant

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import regex

from deployments.character_references import references
from deployments.invisible import invisible
from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.context import Action, Hit, PolicyContext, Rule, RuleId, fields_of
from serve_app.policy.text import distinct

# Words of an item about code, if its plain text has them: what is markup there, plain text has not.
_CODE: Final = regex.compile(
    r"""</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>    # an HTML tag
    | \b(?:function|console\.log|print)\s*\( | \bdef\s+\w+\( | \w\s?=>\s?[\w{(] | \bSELECT\s\*\sFROM\b
    | (?<!\w):[a-z][a-z0-9_+]{2,30}:(?!\w)   # the short code of an emoji
    | <[@\#!][\w|]+>""",
    regex.VERBOSE | regex.IGNORECASE,
)
_MARKUP: Final = regex.compile(
    r"""\*\*[^*\s][^*]*\*\* | (?<!\w)__\S | (?<![\w*])[*_]\p{L}[^*_\n]*\p{L}[*_](?![\w*])   # Markdown; "f***" is not
    | ^\s*\#{1,6}\s | (?<!\S)\#{2,6}(?!\S) | ^\s*[*\-•]\s+\S | ^\s*>\s    # a heading, list, quote
    | \]\( | `[^`]+` | ``` | ~~\S | \[/?(?:b|i|u|url|img|quote|code|color|size)(?:=[^\]]*)?\]
    | \\[nrtu"] | \\(?:text|frac|emph)\w*\{
    | \{\s*["'] | ["']\s*:\s*["'{\[] | ["'\]]\s*\}\s*[,\]}]?\s*$ | \}\s*,\s*\{    # JSON
    | ^\s*[{\[]\s*$ | ;\s*\} | ^[{}\[\],]+\s*$""",
    regex.VERBOSE | regex.IGNORECASE,
)
_ESCAPED: Final = regex.compile(
    r"(?:%[0-9A-F]{2}){2,}|\p{L}%(?:2[0-9A-F]|3[0-9A-F]|5[BD]|7[BD])(?=[\p{L}%])", regex.IGNORECASE
)
# UTF-8 that was read as Windows-1252 or, for Cyrillic, as Windows-1251. Read before NFKC, which changes most of it.
_HIGH: Final = r"\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_LOW: Final = r"\u0080-\u00bf‚ƒ„†‡ˆ‰Š‹ŒŽ•˜™š›œžŸ"  # without what may follow a letter in a quotation
_MOJIBAKE: Final = regex.compile(
    rf"Ã[\u0080-\u00bfƒ„…†‡ˆ‰Š‹ŒŽ•˜™š›œžŸ€]|Â[\u00a0-\u00bf]|â€[{_HIGH}\"]?|ðŸ|ï¿½|ï¸"
    rf"|(?:[ÐÑØÙ][{_HIGH}]){{2,}}|à[¤¥][{_HIGH}]|[äåæçèéã][{_LOW}]{{2}}|(?:[РС][\u00a0-\u00bfѓ‚ѐ-џЂЃ„…†‡€‰‹]){{2,}}|вЂ|пїЅ"
    r"|\p{Ll}\?\p{Ll}|\ufffd"
)
# One of these is in all markup but commas alone, in all code and escapes; and in all text in another encoding.
_SIGNS: Final = frozenset("<>(=:*_#-•]`~[\\{};%&")
_WRONG: Final = frozenset("ÃÂâðïÐÑØÙàäåæçèéãРСв?\ufffd")


class MarkupRule(Knobs):
    """Markup, and text that a program has not decoded."""

    action: Action = "block"


def markup(copy: Copy, context: PolicyContext, settings: MarkupRule) -> Iterator[Hit]:
    """format.invisible, format.encoding and format.markup: at most one per field."""
    for field, text in fields_of(copy):
        raw: str = getattr(copy, field)
        if not _WRONG.isdisjoint(raw) and (broken := _MOJIBAKE.search(raw)):
            yield Hit("format.encoding", settings.action, field, broken.group())
        # Of the text as it is: NFKC turns some emoji into letters, and their selector would seem to stand alone.
        elif hidden := next(invisible(raw), ""):
            yield Hit("format.invisible", settings.action, field, hidden)
        elif _SIGNS.isdisjoint(text) and text.strip(", \n"):
            continue
        elif match := _MARKUP.search(text) or _ESCAPED.search(text):
            yield Hit("format.markup", settings.action, field, match.group())
        else:
            code_of = distinct(match.group() for match in _CODE.finditer(text))
            unsaid = (words for words in code_of if words not in context.evidence.text)
            if found := next(unsaid, "") or next(references(text), ""):
                yield Hit("format.markup", settings.action, field, found)


MARKUP = Rule(
    "markup",
    markup,
    (
        RuleId("format.markup", "markup, code, or escaped text"),
        RuleId("format.encoding", "letters in another encoding"),
        RuleId("format.invisible", "a character that nobody sees"),
    ),
)
