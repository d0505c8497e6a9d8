"""Incumbents as candidates: a human copy as it is, a template rendered with the item's words.

A template is Liquid. The short form `{title}` of one value works too, outside of Liquid's own braces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from deployments.item_text import template_values
from deployments.types import (
    MAX_LONG_TEXT,
    MAX_SHORT_TEXT,
    Candidate,
    Copy,
    Incumbent,
    IncumbentKind,
    Item,
    PolicyFinding,
    Source,
)
from serve_app.flow.liquid_engine import Rendered, TemplateError, render

# Not `${name}`, `#{name}` and the like: another system was to fill those.
_SHORT_FORM = re.compile(r"(?<![{$#%@])\{(?![{%])([^{}]*)\}(?!\})")
_CLOSING = {"{{": "}}", "{%": "%}"}
_OPENING = re.compile(r"\{[{%]")
# Braces of the template's own around a value, which stands as a mark.
_MARK = "\0"
_BRACED = re.compile(r"\{\s*\0|\0\s*\}|\{[^{}\0]*\0[^{}]*\}")
_UNQUOTABLE = re.compile(r"[\"\\\n]")
_MAX_LENGTH = {"title": MAX_SHORT_TEXT, "body": MAX_LONG_TEXT}
_RULES = {"syntax": "template.syntax", "limit": "template.size"}


class Filled(NamedTuple):
    """A copy to send. values: the words of the item's author in it, by themselves; a copy is cut to its own length."""

    candidate: Candidate
    values: Copy = Copy()


def as_candidate(incumbent: Incumbent, item: Item) -> Filled:
    """Return the copy to send. A template that lacks a value or cannot be rendered is rejected, and says why."""
    if incumbent.kind is IncumbentKind.HUMAN:
        human = Candidate(id=incumbent.id, title=incumbent.title, body=incumbent.body, source=Source.INCUMBENT)
        return Filled(human)
    values = template_values(item)
    texts: dict[str, str] = {}
    filled_in: dict[str, str] = {}
    findings: list[PolicyFinding] = []
    for field, limit in _MAX_LENGTH.items():
        (text, _, read), problems = _filled(getattr(incumbent, field), field, values)
        if len(text) > limit:
            problems.append(PolicyFinding(rule=f"length.{field}", field=field))
        texts[field] = text[:limit]
        filled_in[field] = "\n".join(value for value in read if value in texts[field])[:limit]
        findings += problems
    template = Candidate(
        id=incumbent.id, source=Source.TEMPLATE, findings=tuple(findings), rejected=bool(findings), **texts
    )
    return Filled(template, Copy(**filled_in))


class _EveryValue(dict[str, object]):
    """Values of an item that has all there are."""

    def get(self, _key: str, _default: object = None) -> object:
        return "value"


def check_syntax(source: str) -> None:
    """Raise TemplateError for a template that no item could fill."""
    liquid, _ = _as_liquid(source, _EveryValue())
    render(liquid, {})
    _check_braces(liquid)


def _filled(source: str, field: str, values: Mapping[str, object]) -> tuple[Rendered, list[PolicyFinding]]:
    """Render one field. A template that cannot be rendered stays as it is."""
    liquid, unknown = _as_liquid(source, values)
    try:
        rendered = render(liquid, values) if "{" in liquid else Rendered(liquid)
        _check_braces(liquid)
    except TemplateError as error:
        return Rendered(source), [PolicyFinding(rule=_RULES[error.fault], field=field, text=str(error)[:120])]
    lacking = [*unknown, *(f"{{{{ {name} }}}}" for name in rendered.missing)]
    problems = [PolicyFinding(rule="template.value", field=field, text=one[:120]) for one in lacking]
    return rendered, problems


def _as_liquid(source: str, values: Mapping[str, object]) -> tuple[str, list[str]]:
    """Write short forms as Liquid. Return the template, and the short forms without a value, which stay in it."""
    unknown: list[str] = []

    def output(match: re.Match[str]) -> str:
        name = match.group(1).strip()
        if _UNQUOTABLE.search(name) or not isinstance(values.get(name), str):
            unknown.append(match.group())
            return match.group()
        return f'{{{{ item["{name}"] }}}}'

    parts = [part if is_liquid else _SHORT_FORM.sub(output, part) for part, is_liquid in _parts(source)]
    return "".join(parts), unknown


def _check_braces(liquid: str) -> None:
    """Refuse `{ {title} }`: its outer braces would be sent."""
    marked = (_MARK if part.startswith("{{") else "" if is_liquid else part for part, is_liquid in _parts(liquid))
    if braced := _BRACED.search("".join(marked)):
        words = braced.group().replace(_MARK, "value")
        raise TemplateError("syntax", f"braces around a value: {words!r}; write {{{{ name }}}}")


def _parts(source: str) -> Iterator[tuple[str, bool]]:
    """Yield the parts of a template in order, and whether each is Liquid."""
    at = 0
    while opening := _OPENING.search(source, at):
        end = source.find(_CLOSING[opening.group()], opening.end())
        end = len(source) if end < 0 else end + 2
        yield source[at : opening.start()], False
        yield source[opening.start() : end], True
        at = end
    yield source[at:], False
