"""Markup rule: code, markup and pieces of the prompt."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from deployments.character_references import references
from deployments.invisible import invisible
from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.context import Action, Hit, PolicyContext, Rule, RuleId, fields_of
from serve_app.policy.text import distinct

# Words of an item about code, if its plain text has them: what is markup there, plain text has not.
_CODE = regex.compile(
    r"""</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>    # an HTML tag
    | \b(?:function|console\.log|print)\s*\( | \bdef\s+\w+\(""",
    regex.VERBOSE | regex.IGNORECASE,
)
_MARKUP = regex.compile(
    r"""\*\*[^*\s][^*]*\*\* | (?<!\w)__\S     # Markdown's bold; "f***" is not
    | ^\s*\#{1,6}\s | ^\s*[*\-]\s+\S | ^\s*>\s    # Markdown's heading, list, quote
    | \]\( | ` | ~~\S
    | \\[nrtu"] | \{\s*["'] | ["']\s*:\s*["'{\[]  # JSON
    | ^\s*[{\[]\s*$ | ;\s*\}""",
    regex.VERBOSE | regex.IGNORECASE,
)
_LEAK = regex.compile(
    r"""<\|\w+\|> | \[/?INST\] | </?s>
    | ^\s*(?:push\s+)?(?:title|body|headline|category|notification|caption|output|assistant|system|instruction|style)s?
      \s*[:=]
    | \bcategory\s*[:=]
    | \bas\s+an?\s+(?:ai|language\s+model) | \bi(?:'m|\s+am)\s+an?\s+(?:ai|language\s+model|assistant)
    | ^\s*(?:sure|certainly|of\s+course)[,!]\s+here | ^\s*here(?:'s|\s+is|\s+are)\s+(?:a|the|your)\s+(?:push\s+)?
      (?:notification|title|headline|copy)
    | \bpush\s+notification\s+(?:for|about|that)\b""",
    regex.VERBOSE | regex.IGNORECASE,
)
_CATEGORY_ID = regex.compile(r"\b[A-Z]{2,}_[A-Z_]{2,}\b")


class MarkupRule(Knobs):
    """Markup and other text that is not meant for a reader."""

    action: Action = "block"


def markup(copy: Copy, context: PolicyContext, settings: MarkupRule) -> Iterator[Hit]:
    """format.leftover, format.markup and format.invisible: at most one per field."""
    checks = (
        ("format.leftover", _LEAK),
        ("format.leftover", _CATEGORY_ID),
        ("format.markup", _MARKUP),
    )
    for field, text in fields_of(copy):
        # Of the text as it is: NFKC turns some emoji into letters, and their selector would seem to stand alone.
        if hidden := next(invisible(getattr(copy, field)), ""):
            yield Hit("format.invisible", settings.action, field, hidden)
            continue
        for code, pattern in checks:
            if match := pattern.search(text):
                yield Hit(code, settings.action, field, match.group())
                break
        else:
            code_of = distinct(match.group() for match in _CODE.finditer(text))
            unsaid = (words for words in code_of if words not in context.evidence.text)
            if found := next(unsaid, "") or next(references(text), ""):
                yield Hit("format.markup", settings.action, field, found)


MARKUP = Rule(
    "markup",
    markup,
    (
        RuleId("format.leftover", "words of a prompt, a field label or a category"),
        RuleId("format.markup", "markup or code"),
        RuleId("format.invisible", "a character that nobody sees"),
    ),
)
