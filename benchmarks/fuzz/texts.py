"""Hostile texts: classes of Unicode, direction, words without end, what slow patterns fear, templates, injections."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final

from benchmarks.fuzz.injections import INJECTIONS

_PIECES: Final = (
    *("a", "a'", "'aaa ", "1.", "1(", "“", "„", "«a ", "a@a.", "www.", "{{", "{%", "{#", "${", "<", "<a ", "<%"),
    *("<!--", "&#", "&amp;", "[a", "[[", "*|", "%%", "**", "!", ".", " ", "\n", "\t#", "<script>", "</p>", "{a}"),
    *("%s", "\\u0000", "🇩", "👩\u200d", "e\u0301", "क्", "\u200d", "\u202e", "\u2066", "ﷺ", "漢", "ก", "\ufeff"),
    *("\x00", "\x1b[31m", "\uffff"),
)
_TEMPLATES: Final = (
    "{{ title }} {{ title | append: title }}",
    "{% for i in (1..999999) %}{% for j in (1..999999) %}x{% endfor %}{% endfor %}",
    "{% assign a = 'x' %}{% for i in (1..64) %}{% assign a = a | append: a %}{% endfor %}{{ a }}",
    "{{ 'a' | times: 99999999999999999999 }} {{ 1 | divided_by: 0 }}",
    "{% include '/etc/passwd' %}{% render 'x' %}{{ __class__.__mro__ }}",
    "{% if title %}{% if title %}{% if title %}",
    "{{ title | date: '%s%s%s%n' }} {{ item['metadata']['x'].y.z }}",
    "{title} {{title} {title}} {{{title}}} {%raw%}",
)
_CLASSES: Final = ((0, 0x20), (0x80, 0xFF), (0x300, 0x36F), (0x590, 0x6FF), (0x900, 0x97F), (0x2000, 0x206F),
                   (0xE000, 0xE0FF), (0x1F300, 0x1F6FF), (0xE0000, 0xE007F), (0x10FF00, 0x10FFFF))  # fmt: skip


def _class(random: Random, length: int) -> str:
    first, last = random.choice(_CLASSES)
    return "".join(chr(random.randint(first, last)) for _ in range(length))


def _repeated(random: Random, length: int) -> str:
    piece = random.choice(_PIECES)
    return random.choice(_PIECES) + piece * (length // len(piece)) + random.choice(_PIECES)


def _mixed(random: Random, length: int) -> str:
    return "".join(random.choice(_PIECES) for _ in range(length // 2))


_MAKERS: Final[tuple[Callable[[Random, int], str], ...]] = (
    _class,
    _repeated,
    _mixed,
    lambda random, _: random.choice(_TEMPLATES),
    lambda random, _: random.choice(INJECTIONS),
    lambda random, length: random.choice("aй漢") * length,
)


def hostile_text(random: Random, longest: int) -> str:
    """Return a text of at most `longest` characters, often just as long."""
    length = random.choice((1, 40, longest // 2, longest))
    return random.choice(_MAKERS)(random, length)[:longest]
