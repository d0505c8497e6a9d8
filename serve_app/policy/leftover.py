"""Leftover rule: field labels, numbers of options, a writer's own words around its answer, pieces of the prompt.

What the item says itself is no leftover: an exhibition may be called "Style: a history".
"""

# ruff: noqa: RUF001, RUF003 - the marks of other scripts are meant

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import regex

from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.context import Action, Hit, PolicyContext, Rule, RuleId, fields_of
from serve_app.policy.form import Form, form_of

_PROMPT: Final = regex.compile(
    r"<\|\w+\|>|\[/?INST\]|</?s>|\b(?-i:[A-Z]{2,}_[A-Z_]{2,})\b|\bcategory\s*[:=]", regex.IGNORECASE
)
_UNITS: Final = (
    r"characters?|chars?|words?|caracteres|palabras|palavras|caractères|zeichen|caratteri|символ\w*|знак\w*|букв\w*|文字|字符?|字元|अक्षर|वर्ण|शब्द"
    r"|حرف\w*|حروف|كلم\w*"
)
# A count for the editor: (31 characters), （全角11文字）, [31/50].
_COUNT: Final = regex.compile(
    rf"[(\[【][^()\[\]【】]{{0,12}}\p{{Nd}}{{1,3}}\s?(?:{_UNITS})[^()\[\]【】]{{0,12}}[)\]】]|[(\[]\p{{Nd}}{{1,3}}\s?/\s?\p{{Nd}}{{2,3}}[)\]]\s*$"
    rf"|[-–—|]\s*\p{{Nd}}{{1,3}}\s?(?:{_UNITS})\s*$",
    regex.IGNORECASE,
)
_STAGE_MARK: Final = regex.compile(
    r"\[(?:emoji|end|start|cta|image|button|url|placeholder|pause)\]|<(?:emoji|end|cta)>|^-{3,}|-{3,}$",
    regex.IGNORECASE,
)
# One of these is in every prompt, stage mark and label.
_SIGNS: Final = frozenset("<[_:=-【")
_DIGIT: Final = regex.compile(r"\p{Nd}")
_OPENING: Final = " \t\n\"'“‘«»„「『(（¡¿-–—*"
_ENDS: Final = tuple(".!?。।؟！？")
_SENTENCE_END: Final = regex.compile(r"\W*+$|[.!?。।؟]")
_NUMBERED: Final = regex.compile(r"^\s*(?P<number>[1-9])[.)]\s+\S+")
_ORDINAL_DOT: Final = frozenset(
    ("de", "cs", "da", "nb", "no", "fi", "hu", "sk", "sl", "hr", "et", "lv", "is", "tr", "pl", "sr")
)
_WRAPPED: Final = regex.compile(r"^(?:\"[^\"]+\"|“[^“”]+”|«[^«»]+»|「[^「」]+」|『[^『』]+』|„[^“”„]+[“”])[.!?。]?$")


class LeftoverRule(Knobs):
    """Words that are not meant for a reader.

    polite: for what a model says of its answer and people of other things, such as "let me know if you want".
    quoted: for a field that is a quotation as a whole and is not in the item, where the other field is none.
    """

    action: Action = "block"
    polite: Action = "review"
    quoted: Action = "review"


def leftover(copy: Copy, context: PolicyContext, settings: LeftoverRule) -> Iterator[Hit]:
    """format.leftover, at most one per field, and format.quoted."""
    form = form_of(context.item.language)
    wrapped = []
    for field, text in fields_of(copy):
        if found := next(_leftovers(text, form, context), ""):
            yield Hit("format.leftover", settings.action, field, found)
        elif polite := _polite(text, form, context):
            action = settings.action if _is_of_the_copy(text, polite, form) else settings.polite
            yield Hit("format.leftover", action, field, polite.group())
        if _WRAPPED.match(text.strip()) and not _said(text.strip('"“”«»„「」『』.!?。 '), context):
            wrapped.append((field, text))
    for field, text in wrapped:
        yield Hit("format.quoted", settings.action if len(wrapped) > 1 else settings.quoted, field, text)


def _leftovers(text: str, form: Form, context: PolicyContext) -> Iterator[str]:
    signed = not _SIGNS.isdisjoint(text)
    if signed and (match := _PROMPT.search(text) or _STAGE_MARK.search(text)):
        yield match.group()
    for pattern in (form.label, form.inner_label) if signed else ():
        if (match := pattern.search(text)) and not _said(_label(match), context):
            yield match.group().strip()
    if (match := form.chatter.search(text)) and not _said(match.group(), context):
        yield match.group()
    if (
        _DIGIT.search(text)
        and (match := _COUNT.search(text))
        and not _said(match.group().strip("()[]【】-–—| "), context)
    ):
        yield match.group()
    match = _NUMBERED.search(text)
    if (
        match
        and context.item.language not in _ORDINAL_DOT
        and not _counts_on(text, match)
        and not _said(match.group(), context)
    ):
        yield match.group()


def _polite(text: str, form: Form, context: PolicyContext) -> regex.Match[str] | None:
    match = form.polite.search(text)
    return match if match and not _said(match.group(), context) else None


def _is_of_the_copy(text: str, polite: regex.Match[str], form: Form) -> bool:
    """Whether a polite phrase is about the copy: the text names it, or is polite twice, or the phrase stands alone."""
    before, after = text[: polite.start()], text[polite.end() :]
    if form.work.search(f"{before}\n{after}") or form.polite.search(after):
        return True
    opening = before.rstrip(_OPENING)
    return (not opening or opening.endswith(_ENDS)) and _SENTENCE_END.match(after) is not None


def _label(match: regex.Match[str]) -> str:
    """The label with its colon, as an item has it whose name begins so."""
    boxed = match.groupdict().get("boxed")
    return boxed or f"{match['label']}:"


def _counts_on(text: str, match: regex.Match[str]) -> bool:
    """Whether the text has the next number too: it is a list."""
    after = str(int(match["number"]) + 1)
    return bool(regex.search(rf"(?<!\w){after}[.)]", text[match.end() :]))


def _said(words: str, context: PolicyContext) -> bool:
    return words.strip().casefold() in context.evidence.casefolded


LEFTOVER = Rule(
    "leftover",
    leftover,
    (
        RuleId("format.leftover", "words of a prompt or an answer, a field label or a category"),
        RuleId("format.quoted", "the whole text stands in quotation marks", "quoted"),
    ),
)
